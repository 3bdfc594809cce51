// How somebody came: a word of a closed set, from the page that led there and from what its link says.

const SEARCH = /(^|\.)(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|kagi)\./;
const SEARCH_HOSTS = new Set(['search.brave.com', 'yandex.ru', 'ya.ru']);
const SOCIAL =
  /(^|\.)(facebook|instagram|twitter|x|t|linkedin|lnkd|reddit|youtube|pinterest|tiktok|threads|bsky|mastodon|news\.ycombinator|lobste|vk|weibo)\.(com|co|in|net|app|social|rs)$/;
const AI =
  /(^|\.)(chatgpt\.com|openai\.com|perplexity\.ai|claude\.ai|gemini\.google\.com|copilot\.microsoft\.com)$/;
const PAID = /^(cpc|ppc|paid.*|display|banner|cpm|retargeting)$/i;
const MAIL = /^(e-?mail|newsletter)$/i;

export type Channel =
  | 'Direct'
  | 'Search'
  | 'Social'
  | 'AI'
  | 'Paid'
  | 'Email'
  | 'Campaign'
  | 'Referral';

/** `referrer` is a host; undefined where nobody led there. */
export function channelOf(
  referrer: string | undefined,
  { utm_source, utm_medium, utm_campaign }: Readonly<Record<string, string | undefined>>,
): Channel {
  if (utm_medium && PAID.test(utm_medium)) return 'Paid';
  if (MAIL.test(utm_medium ?? '') || MAIL.test(utm_source ?? '')) return 'Email';
  if (utm_campaign) return 'Campaign';
  if (referrer === undefined) return utm_source ? 'Campaign' : 'Direct';
  if (AI.test(referrer)) return 'AI';
  if (SEARCH.test(referrer) || SEARCH_HOSTS.has(referrer)) return 'Search';
  if (SOCIAL.test(referrer)) return 'Social';
  return 'Referral';
}
