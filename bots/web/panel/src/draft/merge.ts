/**
 * How edits of the form and the server's draft come together. An edit remembers the value it was made on:
 * what nobody else touched is sent again on the new revision, what both sides changed is for the organizer to decide.
 */
import type { Draft, Field, Provenance } from './types';

export type Value = Draft[Field];

export interface Edit {
  value: Value;
  /** What the server had when the edit began. */
  base: Value;
  /** Counts up with every change of this field, so that an answer settles only what it was asked. */
  at: number;
}

export type Edits = Partial<Record<Field, Edit>>;

export interface Conflict {
  field: Field;
  yours: Value;
  current: Value;
}

const fieldsOf = (edits: Edits) => Object.keys(edits) as Field[];

/** Whether two values are the same to an organizer: no value, null and an empty text or list are one. */
export function same(a: Value, b: Value): boolean {
  const plain = (value: Value) => (value === '' || value === undefined || (Array.isArray(value) && value.length === 0) ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** The draft as the organizer sees it: the server's with the unsent edits over it. */
export function overlay(server: Draft, edits: Edits): Draft {
  const draft: Draft = { ...server };
  for (const field of fieldsOf(edits)) Object.assign(draft, { [field]: edits[field]?.value });
  return draft;
}

/** Takes one more edit in; an edit back to what the server has is none. */
export function edited(edits: Edits, server: Draft, field: Field, value: Value): Edits {
  const known = edits[field];
  const base = known ? known.base : server[field];
  const { [field]: _gone, ...rest } = edits;
  if (same(value, server[field]) && same(base, server[field])) return rest;
  return { ...rest, [field]: { value, base, at: (known?.at ?? 0) + 1 } };
}

/** Drops what was sent and saved; an edit that went on meanwhile stays, now on top of what was saved. */
export function settled(edits: Edits, sent: Edits): Edits {
  const left: Edits = {};
  for (const field of fieldsOf(edits)) {
    const edit = edits[field];
    const done = sent[field];
    if (!edit || (done && done.at === edit.at)) continue;
    left[field] = done ? { ...edit, base: done.value } : edit;
  }
  return left;
}

/**
 * What a refused write means: edits that only need the new revision, and fields that both sides changed. What the server only assumed
 * or made up (`default`) is nobody's word: the edit takes its place.
 */
export function rebased(edits: Edits, current: Draft, provenance: Record<string, Provenance> = {}): { edits: Edits; conflicts: Conflict[] } {
  const kept: Edits = {};
  const conflicts: Conflict[] = [];
  for (const field of fieldsOf(edits)) {
    const edit = edits[field];
    if (!edit || same(edit.value, current[field])) continue;
    if (!same(edit.base, current[field]) && provenance[field] !== 'default') conflicts.push({ field, yours: edit.value, current: current[field] });
    kept[field] = edit;
  }
  return { edits: kept, conflicts };
}

/** The organizer's decision about one conflict. */
export function decided(edits: Edits, conflict: Conflict, keepYours: boolean): Edits {
  const { [conflict.field]: edit, ...rest } = edits;
  if (!keepYours) return rest;
  return { ...rest, [conflict.field]: { value: conflict.yours, base: conflict.current, at: (edit?.at ?? 0) + 1 } };
}

/** What goes over the wire: the values, with null for what was emptied. */
export function payload(edits: Edits): Record<string, Value> {
  return Object.fromEntries(fieldsOf(edits).map((field) => [field, edits[field]?.value === '' ? null : (edits[field]?.value ?? null)]));
}
