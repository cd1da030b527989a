/** Stage 1: what the event is. A name and a kind are required to go on; the rest may come later. */
import * as z from 'zod/mini';
import { descriptionText, nameText } from '../../draft/bounds';
import { slugOf } from '../../draft/slug';
import { KINDS } from '../../draft/types';
import { useWords } from '../../i18n';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { useStageForm, words, type Slots } from '../useStageForm';
import { Cover } from './Cover';

const schema = z.object({
  'event-name': nameText,
  'event-type': z.string().check(z.minLength(1, 'basics.error.type')),
  description: descriptionText,
});
type Values = z.infer<typeof schema>;

const slots: Slots<Values> = {
  'event-name': { field: 'name', show: (draft) => draft.name ?? '', read: (values) => words(values['event-name']) },
  'event-type': { field: 'type', show: (draft) => draft.type ?? '', read: (values) => words(values['event-type']) },
  description: { field: 'description', show: (draft) => draft.description ?? '', read: (values) => words(values.description) },
};

export function Basics() {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const { form, errorOf, submit, busy } = useStageForm(1, schema, slots);
  const slug = draft.slug ?? slugOf(draft.name ?? '');
  const address = `${window.location.host}/e/${slug}`;
  return (
    <StageFrame stage={1} heading={t('basics.heading')} lead={t('basics.lead')} busy={busy} onSubmit={submit(() => store.goTo(2))}>
      <Field
        label={t('basics.name')}
        hint={slug ? t('basics.name.hint', { url: address }) : undefined}
        error={errorOf('event-name')}
        note={<Source field="name" />}
      >
        {(control) => <input {...control} {...form.register('event-name')} type="text" dir="auto" autoComplete="off" aria-required="true" />}
      </Field>
      <Field label={t('basics.type')} error={errorOf('event-type')} note={<Source field="type" />}>
        {(control) => (
          <select {...control} {...form.register('event-type')} aria-required="true">
            <option value="">{t('basics.type.choose')}</option>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`kind.${kind}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('basics.description')} hint={t('basics.description.hint')} error={errorOf('description')} note={<Source field="description" />}>
        {(control) => <textarea {...control} {...form.register('description')} rows={5} dir="auto" />}
      </Field>
      <Cover />
    </StageFrame>
  );
}
