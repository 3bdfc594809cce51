// Which pages of other origins may ask for what.

/** SDKs run on any page; installers only post; everything else is for our own pages. */
export function corsOf(url: string): object {
  const path = url.split('?', 1)[0]!;
  if (/^\/(v1|api\/v1)\/(events|installs)\/?$/.test(path)) {
    return { origin: '*', methods: ['POST'], strictPreflight: false, optionsSuccessStatus: 200 };
  }
  if (
    /^\/(batch|capture|e|track|engage|flags|decide|array|static|i|api\/v1\/telemetry|api\/v2\/track|api\/event|tracker\.js|js)(\/|$)/.test(
      path,
    )
  ) {
    return {
      origin: true,
      credentials: true,
      methods: ['GET', 'POST', 'OPTIONS'],
      maxAge: 86_400,
      strictPreflight: false,
      optionsSuccessStatus: 200,
    };
  }
  if (/^\/api\/v1\/public\/|^\/public\/[^/]+\/badge\./.test(path))
    return { origin: '*', methods: ['GET'] };
  return { origin: false };
}
