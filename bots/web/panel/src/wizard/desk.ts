/** The draft of this page, for every part of the wizard that shows or changes it. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Snapshot, WizardStore } from './store';

export interface Desk {
  store: WizardStore;
  userId: string;
  guest: boolean;
  /** How the way to Stripe and back ended; empty: nobody went. */
  connected: string;
  /** The event is published: what is said changes it. */
  live: boolean;
  /** Called once the event is published, by whichever way. */
  onPublished: (eventId: string, pending: boolean) => void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('the draft is used outside of its page');
  return desk;
}

export function useSnapshot(): Snapshot {
  const { store } = useDesk();
  return useSyncExternalStore(store.subscribe, store.get);
}
