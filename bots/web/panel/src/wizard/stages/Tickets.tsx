/** Stage 4: what a ticket costs and how many there are. People type major units; the draft keeps minor ones. */
import { useEffect } from 'react';
import * as z from 'zod/mini';
import { capacityText, whole } from '../../draft/bounds';
import { fullHouse } from '../../draft/fullHouse';
import { digitsOf, money, toMajor, toMinor } from '../../draft/money';
import { useWords } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { useStageForm, type Slots } from '../useStageForm';
import { CurrencySelect } from './CurrencySelect';
import { priceTrouble, Tiers, useTiers } from './Tiers';

const count = z.string().check(z.refine((text) => whole(text) !== undefined, 'tickets.error.count'));
const schema = z.object({
  'ticket-price': z.string(),
  capacity: capacityText,
  'max-per-order': count,
});
type Values = z.infer<typeof schema>;

const slots: Slots<Values> = {
  'ticket-price': {
    field: 'priceCents',
    show: (draft) => (typeof draft.priceCents === 'number' ? toMajor(draft.priceCents, draft.currency) : ''),
    read: (values, draft) => (values['ticket-price'].trim() === '' ? null : (toMinor(values['ticket-price'], draft.currency) ?? undefined)),
    wrong: (values, draft) => (values['ticket-price'].trim() === '' ? null : priceTrouble(values['ticket-price'], draft.currency)),
  },
  capacity: { field: 'capacity', show: (draft) => String(draft.capacity ?? ''), read: (values) => whole(values.capacity) },
  'max-per-order': { field: 'maxPerOrder', show: (draft) => String(draft.maxPerOrder ?? ''), read: (values) => whole(values['max-per-order']) },
};

export function Tickets() {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const { form, errorOf, submit, busy } = useStageForm(4, schema, slots);
  const sum = (draft.ticketTiers ?? []).reduce((total, tier) => total + (tier.quantity ?? 0), 0);
  const full = fullHouse(draft);
  const tiers = useTiers();
  const { trigger } = form;
  // An amount may fit one currency and not the next.
  useEffect(() => void trigger('ticket-price'), [draft.currency, trigger]);
  const onSubmit = () => (tiers.judge() ? submit(() => store.goTo(5))() : Promise.resolve());
  return (
    <StageFrame stage={4} heading={t('tickets.heading')} lead={t('wizard.later')} busy={busy} onSubmit={onSubmit}>
      <div className="pair">
        <Field label={t('tickets.price')} hint={t('tickets.price.hint')} error={errorOf('ticket-price')} note={<Source field="priceCents" />}>
          {(control) => (
            <input {...control} {...form.register('ticket-price')} type="text" inputMode={digitsOf(draft.currency) ? 'decimal' : 'numeric'} autoComplete="off" />
          )}
        </Field>
        <CurrencySelect />
      </div>
      <div className="pair">
        <Field label={t('tickets.capacity')} error={errorOf('capacity')} note={<Source field="capacity" />}>
          {(control) => <input {...control} {...form.register('capacity')} type="text" inputMode="numeric" autoComplete="off" />}
        </Field>
        <Field label={t('tickets.max')} hint={t('tickets.max.hint')} error={errorOf('max-per-order')} note={<Source field="maxPerOrder" />}>
          {(control) => <input {...control} {...form.register('max-per-order')} type="text" inputMode="numeric" autoComplete="off" />}
        </Field>
      </div>
      {full ? <p className="soft">{t('tickets.full', { amount: money(full, draft.currency, lang) })}</p> : null}
      <Tiers tiers={tiers} />
      {draft.capacity && sum > draft.capacity ? <Banner tone="warn">{t('tickets.over', { sum, people: draft.capacity })}</Banner> : null}
    </StageFrame>
  );
}
