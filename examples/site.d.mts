export function startSite(
  snippet: () => string,
): Promise<{ readonly url: string; close(): Promise<void> }>;
