// PostHog's client. The build puts it into the bundle as text that is compiled when something is
// sent, and not before: see compiled.ts and scripts/build.mjs. Here it is a plain import.

export { PostHog } from 'posthog-node/edge';
