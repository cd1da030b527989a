/**
 * What was typed over a published event: on this device until the server has it, and kept when somebody else changes the
 * event meanwhile. What only one side changed is taken over; what both changed is for the organizer to decide.
 */
import { useRef, useState } from 'react';
import { decided, edited, overlay, rebased, same, type Conflict, type Edits } from '../draft/merge';
import { draftOf, type EventRow } from '../draft/row';
import type { Draft, Field } from '../draft/types';

interface State {
  server: Draft;
  edits: Edits;
  conflicts: Conflict[];
}

const PREFIX = 'eventos.edit.';

/** The edits of one event on this device. */
export class KeptEdits {
  private readonly key: string;

  constructor(
    userId: string,
    eventId: string,
    private readonly storage: Storage = window.localStorage,
  ) {
    this.key = `${PREFIX}${userId}.${eventId}`;
  }

  get(): Edits {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(this.key) ?? '{}');
      return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as Edits) : {};
    } catch {
      return {};
    }
  }

  put(edits: Edits): void {
    try {
      if (Object.keys(edits).length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify(edits));
    } catch {
      // A full or forbidden store: the edits then live in this page only.
    }
  }
}

/** The edits with these values in the form; what cannot be read yet (undefined) stays as it was. */
export function taken(edits: Edits, server: Draft, values: Partial<Draft>): Edits {
  const fields = (Object.keys(values) as Field[]).filter((field) => values[field] !== undefined);
  return fields.reduce((known, field) => (same(overlay(server, known)[field], values[field]) ? known : edited(known, server, field, values[field])), edits);
}

export function useEventEdits(event: EventRow, userId: string) {
  const [book] = useState(() => new KeptEdits(userId, event.id));
  const [state, setState] = useState<State>(() => {
    const server = draftOf(event);
    return { server, ...rebased(book.get(), server) };
  });
  const now = useRef(state);
  const set = (change: Partial<State>) => {
    now.current = { ...now.current, ...change };
    setState(now.current);
    book.put(now.current.edits);
    return now.current;
  };
  return {
    ...state,
    /** The event with what was typed over it. */
    draft: overlay(state.server, state.edits),
    type: (values: Partial<Draft>) => set({ edits: taken(now.current.edits, now.current.server, values) }),
    /** The event as the server has it now. */
    take: (row: EventRow) => {
      const server = draftOf(row);
      return set({ server, ...rebased(now.current.edits, server) });
    },
    decide: (conflict: Conflict, keepYours: boolean) =>
      set({ edits: decided(now.current.edits, conflict, keepYours), conflicts: now.current.conflicts.filter((one) => one.field !== conflict.field) }),
    discard: () => set({ edits: {}, conflicts: [] }),
  };
}
