/**
 * One stage's form over the shared draft. What a person types goes to the draft at once where it can be read;
 * what changes elsewhere comes into the field, but never over words that already mean the same or cannot be read yet.
 */
import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef, useState } from 'react';
import { useForm, type DefaultValues, type FieldErrors, type FieldValues, type Path, type PathValue, type UseFormReturn } from 'react-hook-form';
import type * as z from 'zod/mini';
import { same, type Value } from '../draft/merge';
import type { Draft, Field, Stage } from '../draft/types';
import { useWords, type Key } from '../i18n';
import { useDesk, useSnapshot } from './desk';

export interface Slot<V> {
  field: Field;
  show: (draft: Draft) => string;
  /** What the field means to the draft; undefined while it cannot be read. */
  read: (values: V, draft: Draft) => Value | undefined;
  /** What is wrong with the field in this draft. */
  wrong?: (values: V, draft: Draft) => Key | null;
}

export type Slots<V> = { [K in keyof V & string]: Slot<V> };

interface StageForm<V extends FieldValues> {
  form: UseFormReturn<V>;
  /** The words of what is wrong with a field, ours first, then the server's. */
  errorOf: (name: Path<V>) => string | null;
  /** Sends the stage; `onward` runs when the organizer may go on. */
  submit: (onward: () => void) => () => Promise<void>;
  busy: boolean;
}

export function useStageForm<V extends FieldValues>(stage: Stage, schema: z.ZodMiniType<V, V>, slots: Slots<V>): StageForm<V> {
  const { store } = useDesk();
  const { draft, errors } = useSnapshot();
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const names = Object.keys(slots) as (keyof V & string)[];
  const shown = (from: Draft) => Object.fromEntries(names.map((name) => [name, slots[name].show(from)])) as V;
  const form = useForm<V>({
    resolver: async (values, context, options) => {
      const judged = await zodResolver(schema)(values, context, options);
      const now = store.get().draft;
      const wrong = names.flatMap((name) => {
        const message = slots[name].wrong?.(values, now);
        return message ? [[name, { type: 'wrong', message }]] : [];
      });
      if (wrong.length === 0) return judged;
      return { values: {}, errors: { ...(Object.fromEntries(wrong) as FieldErrors<V>), ...judged.errors } };
    },
    defaultValues: shown(draft) as DefaultValues<V>,
    mode: 'onTouched',
  });
  const last = useRef<V>(shown(draft));

  useEffect(() => {
    const watching = form.watch((_, { name, type }) => {
      if (type !== 'change' || !name) return;
      const slot = slots[name as keyof V & string];
      const value = slot.read(form.getValues(), store.get().draft);
      if (value !== undefined) store.edit(slot.field, value);
    });
    return () => watching.unsubscribe();
  }, [form, slots, store]);

  useEffect(() => {
    for (const name of names) {
      const next = slots[name].show(draft);
      if (next === last.current[name]) continue;
      last.current = { ...last.current, [name]: next };
      const mine = slots[name].read(form.getValues(), draft);
      const theirs = slots[name].read({ ...form.getValues(), [name]: next }, draft);
      if (mine === undefined || !same(mine, theirs as Value)) {
        form.setValue(name as Path<V>, next as PathValue<V, Path<V>>, { shouldValidate: form.formState.isSubmitted });
      }
    }
  });

  const errorOf = (name: Path<V>): string | null => {
    const own = form.formState.errors[name]?.message;
    if (typeof own === 'string') return t(own as Key);
    return errors[slots[name as keyof V & string].field] ?? null;
  };

  const submit = (onward: () => void) =>
    form.handleSubmit(async () => {
      setBusy(true);
      const saved = await store.finish(stage);
      setBusy(false);
      const { saving } = store.get();
      // Without a network the stage is kept on this device, and the organizer goes on.
      if (saved || saving === 'offline' || saving === 'waiting') onward();
    });

  return { form, errorOf, submit, busy };
}

/** Text from a field: null when it is empty. */
export const words = (text: string): string | null => (text.trim() === '' ? null : text);
