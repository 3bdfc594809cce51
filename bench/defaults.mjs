// What most people would write: posthog-node as it comes, sending one event.
import { PostHog } from 'posthog-node';

const client = new PostHog(process.env.POSTHOG_API_KEY, { host: process.env.POSTHOG_HOST });
client.capture({
  distinctId: '550e8400-e29b-41d4-a716-446655440000',
  event: 'service_started',
  properties: { service_name: 'plex' },
});
await client.shutdown();
