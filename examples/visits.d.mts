export const EXPECTED: { readonly visits: number; readonly views: number; readonly events: number };
export function browserPath(): string | undefined;
export function visitAll(site: string, tell?: (who: string) => void): Promise<void>;
