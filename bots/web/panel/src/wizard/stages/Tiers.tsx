/** Kinds of tickets, a line for each; a line counts once it has a name and a readable price. */
import { useEffect, useRef, useState } from 'react';
import { toMajor, toMinor } from '../../draft/money';
import { same } from '../../draft/merge';
import type { Tier } from '../../draft/types';
import { useWords } from '../../i18n';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Close, Plus } from '../../ui/icons';
import { useDesk, useSnapshot } from '../desk';
import { whole } from '../useStageForm';

interface Line {
  key: number;
  tier: Partial<Tier>;
  name: string;
  price: string;
  quantity: string;
}

/** The tiers that lines stand for; lines that cannot be read yet are left out. */
export function tiersOf(lines: Omit<Line, 'key'>[], currency: string | null | undefined): Tier[] {
  return lines.flatMap((line) => {
    const priceCents = toMinor(line.price, currency);
    const quantity = whole(line.quantity);
    if (!line.name.trim() || priceCents === null || quantity === undefined) return [];
    return [{ ...line.tier, name: line.name.trim(), priceCents, quantity }];
  });
}

let keys = 0;
const lineOf = (tier: Tier, currency: string | null | undefined): Line => ({
  key: (keys += 1),
  tier,
  name: tier.name,
  price: toMajor(tier.priceCents, currency),
  quantity: String(tier.quantity ?? ''),
});

export function Tiers() {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const currency = draft.currency;
  const tiers = draft.ticketTiers ?? [];
  const [lines, setLines] = useState<Line[]>(() => tiers.map((tier) => lineOf(tier, currency)));
  const written = useRef<Tier[]>(tiers);

  useEffect(() => {
    const now = draft.ticketTiers ?? [];
    if (same(now, written.current)) return;
    written.current = now;
    setLines(now.map((tier) => lineOf(tier, draft.currency)));
  }, [draft.ticketTiers, draft.currency]);

  const change = (next: Line[]) => {
    setLines(next);
    const read = tiersOf(next, currency);
    if (same(read, written.current)) return;
    written.current = read;
    store.edit('ticketTiers', read);
  };
  const patch = (key: number, part: Partial<Line>) => change(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));

  return (
    <fieldset className="tiers">
      <legend>{t('tickets.tiers')}</legend>
      <p className="soft">{t('tickets.tiers.text')}</p>
      {lines.map((line, index) => (
        <div key={line.key} className="tier" role="group" aria-label={t('tickets.tier.n', { n: index + 1 })}>
          <Field label={t('tickets.tier.name')}>
            {(control) => <input {...control} type="text" value={line.name} maxLength={200} onChange={(event) => patch(line.key, { name: event.target.value })} />}
          </Field>
          <Field label={t('tickets.tier.price')}>
            {(control) => <input {...control} type="text" inputMode="decimal" value={line.price} onChange={(event) => patch(line.key, { price: event.target.value })} />}
          </Field>
          <Field label={t('tickets.tier.quantity')}>
            {(control) => <input {...control} type="text" inputMode="numeric" value={line.quantity} onChange={(event) => patch(line.key, { quantity: event.target.value })} />}
          </Field>
          <button
            type="button"
            className="icon-button"
            aria-label={t('tickets.tier.remove', { name: line.name || t('tickets.tier.n', { n: index + 1 }) })}
            onClick={() => change(lines.filter((one) => one.key !== line.key))}
          >
            <Close />
          </button>
        </div>
      ))}
      <Button look="quiet" icon={<Plus />} onClick={() => setLines([...lines, { key: (keys += 1), tier: {}, name: '', price: '', quantity: '' }])}>
        {t('tickets.tier.add')}
      </Button>
    </fieldset>
  );
}
