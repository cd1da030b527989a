/** Stage 5: how money reaches the organizer. Connecting can wait; publishing works without it. */
import { useEffect, useState } from 'react';
import * as z from 'zod';
import { config } from '../../config';
import { feeOf, money, usualFees } from '../../draft/money';
import { useWords } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { useStageForm, words, type Slots } from '../useStageForm';

const schema = z.object({
  'tax-rate': z.string().refine((text) => percent(text) !== undefined, 'pay.error.tax'),
  'refund-policy': z.string().max(5000),
});
type Values = z.infer<typeof schema>;

/** A percentage: null when empty, undefined when it is none. */
export function percent(text: string): number | null | undefined {
  const plain = text.trim().replace(',', '.').replace(/\s*%$/, '');
  if (plain === '') return null;
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(plain)) return undefined;
  return Number(plain) <= 100 ? Number(plain) : undefined;
}

const slots: Slots<Values> = {
  'tax-rate': { field: 'taxRate', show: (draft) => String(draft.taxRate ?? ''), read: (values) => percent(values['tax-rate']) },
  'refund-policy': { field: 'refundPolicy', show: (draft) => draft.refundPolicy ?? '', read: (values) => words(values['refund-policy']) },
};

export function Payments() {
  const { t } = useWords();
  const { store, connected } = useDesk();
  const { draft } = useSnapshot();
  const { form, errorOf, submit, busy } = useStageForm(5, schema, slots);
  const [url, setUrl] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  useEffect(() => {
    void config().then((known) => setUrl(known.connectUrl));
  }, []);
  const connect = async () => {
    setLeaving(true);
    await store.flush();
    window.location.assign(url ?? (await config()).connectUrl);
  };
  return (
    <StageFrame stage={5} heading={t('pay.heading')} busy={busy} onSubmit={submit(() => store.goTo(6))}>
      {connected && <Banner tone="good">{t('pay.connected')}</Banner>}
      <div className="card pay">
        <p>{draft.priceCents === 0 ? t('pay.free') : t('pay.stripe')}</p>
        <Button look={connected ? 'plain' : 'primary'} busy={leaving} onClick={() => void connect()}>
          {t('pay.connect')}
        </Button>
      </div>
      <FeeTable />
      <Field label={t('pay.tax')} error={errorOf('tax-rate')} note={<Source field="taxRate" />} className="narrow">
        {(control) => <input {...control} {...form.register('tax-rate')} type="text" inputMode="decimal" autoComplete="off" />}
      </Field>
      <Field label={t('pay.refund')} hint={t('pay.refund.hint')} error={errorOf('refund-policy')} note={<Source field="refundPolicy" />}>
        {(control) => <textarea {...control} {...form.register('refund-policy')} rows={3} maxLength={5000} />}
      </Field>
    </StageFrame>
  );
}

function FeeTable() {
  const { t, lang } = useWords();
  const { draft } = useSnapshot();
  const price = draft.priceCents;
  if (!price) return null;
  const fees = usualFees(draft.currency);
  const fee = feeOf(price, fees);
  const say = (minor: number) => money(minor, draft.currency, lang);
  return (
    <section className="fees" aria-labelledby="fees">
      <h3 id="fees">{t('pay.fees')}</h3>
      <dl>
        <div>
          <dt>{t('pay.fees.price')}</dt>
          <dd>{say(price)}</dd>
        </div>
        <div>
          <dt>{t('pay.fees.fee', { percent: fees.percent, fixed: say(fees.fixed) })}</dt>
          <dd>− {say(fee)}</dd>
        </div>
        <div className="total">
          <dt>{t('pay.fees.net')}</dt>
          <dd>{say(Math.max(0, price - fee))}</dd>
        </div>
      </dl>
    </section>
  );
}
