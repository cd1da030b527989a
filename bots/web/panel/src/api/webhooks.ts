/** Where other programs are told what happens at one's events. */
import { own } from './client';

export interface Webhook {
  id: string;
  eventId: string | null;
  url: string;
  kinds: string[];
  enabled: boolean;
  disabledBecause: 'gone' | 'owner' | null;
  createdAt: string;
}

export interface Delivery {
  id: string;
  kind: string;
  body: unknown;
  status: 'waiting' | 'done' | 'failed';
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  triedAt: string | null;
  createdAt: string;
}

async function send<T>(method: string, where: string, body?: object): Promise<T> {
  const init = body ? { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : { method };
  return (await (await own(`/api/webhooks${where}`, init)).json()) as T;
}

export const webhooks = () => send<{ webhooks: Webhook[]; kinds: string[] }>('GET', '');
export const addWebhook = (url: string, kinds: string[]) => send<{ id: string; secret: string }>('POST', '', { url, kinds });
export const removeWebhook = (id: string) => send('DELETE', `/${id}`);
export const switchWebhook = (id: string, enabled: boolean) => send('POST', `/${id}`, { enabled });
export const pingWebhook = (id: string) => send('POST', `/${id}/ping`);
export const deliveries = (id: string) => send<{ deliveries: Delivery[] }>('GET', `/${id}/deliveries`);
export const replay = (id: string, delivery: string) => send('POST', `/${id}/deliveries/${delivery}/replay`);
