// Environments as users have them. What a command costs must not depend on how much is in there.

/** Bytes of an environment, as the kernel counts them: `NAME=value` and a zero byte each. */
export const bytesOf = (env: Readonly<Record<string, string>>): number =>
  Object.entries(env).reduce((sum, [name, value]) => sum + name.length + value.length + 2, 0);

const COLOURS = Array.from({ length: 110 }, (_, n) => `*.x${n}=01;31`).join(':');
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${'MIIB+/='.repeat(8)}\n`.repeat(400);

/**
 * An environment of about so many bytes: a few long variables, as desktops and CI have them (colours of
 * `ls`, certificates of several lines), and many short ones.
 */
export function environmentOf(bytes: number): Record<string, string> {
  const env: Record<string, string> = { LS_COLORS: COLOURS };
  if (bytes > 2 * CERTIFICATE.length) env.CA_BUNDLE = CERTIFICATE;
  for (let n = 0; bytesOf(env) < bytes; n += 1) {
    env[`SERVICE_${n}_URL`] = `https://service-${n}.example.org/a/path?of=${'x'.repeat(n % 40)}`;
  }
  return env;
}

/**
 * An environment of so many bytes in variables of 100 KB: near what Linux allows for one (128 KiB), and,
 * all together, for the whole (2 MB, the words of the command among them).
 */
export function hugeEnvironment(bytes: number): Record<string, string> {
  const each = 100_000;
  const count = Math.round(bytes / each);
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`BIG_${n}`, 'x'.repeat(each)]),
  );
}
