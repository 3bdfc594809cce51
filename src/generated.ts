// Made by `npm run build`. Do not edit.

export const NAME = "onramp-analytics";
export const VERSION = "1.1.0";
