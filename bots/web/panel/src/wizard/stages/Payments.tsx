/** Stage 5: how money reaches the organizer. Connecting can wait; publishing works without it. */
import { useState } from 'react';
import * as z from 'zod/mini';
import { useQuery } from '@tanstack/react-query';
import { asFailure } from '../../api/failure';
import { beginConnect, paymentsState, type StripeAccount } from '../../api/payments';
import { CONNECT_FALLBACK, safeConnect } from '../../config';
import { refundText } from '../../draft/bounds';
import { useWords, type Key } from '../../i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { StageFrame } from '../StageFrame';
import { Takings } from '../Takings';
import { useStageForm, words, type Slots } from '../useStageForm';

const schema = z.object({
  'tax-rate': z.string().check(z.refine((text) => percent(text) !== undefined, 'pay.error.tax')),
  'refund-policy': refundText,
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
  const { draft, sessionId } = useSnapshot();
  const { form, errorOf, submit, busy } = useStageForm(5, schema, slots);
  const [leaving, setLeaving] = useState(false);
  const [failed, setFailed] = useState(false);
  const state = useQuery({ queryKey: ['payments'], queryFn: () => paymentsState({}), staleTime: 10_000, retry: false });
  const account = state.data?.account ?? null;
  const connect = async () => {
    setLeaving(true);
    setFailed(false);
    await store.flush();
    try {
      window.location.assign(safeConnect(await beginConnect(sessionId), window.location.origin));
    } catch (thrown) {
      // Guests cannot be paid yet; they see what they would set up.
      if (asFailure(thrown).kind === 'forbidden') return window.location.assign(CONNECT_FALLBACK);
      setLeaving(false);
      setFailed(true);
    }
  };
  return (
    <StageFrame stage={5} heading={t('pay.heading')} busy={busy} onSubmit={submit(() => store.goTo(6))}>
      {connected && !account?.chargesEnabled && <Returned flag={connected} known={account !== null} />}
      {failed && <Banner tone="bad">{t('pay.failed')}</Banner>}
      {account && <Account account={account} />}
      {(draft.priceCents === 0 || !account?.chargesEnabled) && (
        <div className="card pay">
          <p>{draft.priceCents === 0 ? t('pay.free') : t('pay.stripe')}</p>
          {!account?.chargesEnabled && (
            <Button look={connected === 'true' ? 'plain' : 'primary'} busy={leaving} onClick={() => void connect()}>
              {t(account ? 'pay.connect.more' : 'pay.connect')}
            </Button>
          )}
        </div>
      )}
      <Takings />
      <Field label={t('pay.tax')} error={errorOf('tax-rate')} note={<Source field="taxRate" />} className="narrow">
        {(control) => <input {...control} {...form.register('tax-rate')} type="text" inputMode="decimal" autoComplete="off" />}
      </Field>
      <Field label={t('pay.refund')} hint={t('pay.refund.hint')} error={errorOf('refund-policy')} note={<Source field="refundPolicy" />}>
        {(control) => <textarea {...control} {...form.register('refund-policy')} rows={3} dir="auto" />}
      </Field>
    </StageFrame>
  );
}

/** What became of the way to Stripe and back. The account itself says more, once Stripe has. */
function Returned({ flag, known }: { flag: string; known: boolean }) {
  const { t } = useWords();
  if (flag === 'true') return known ? null : <Banner tone="good">{t('pay.connected')}</Banner>;
  const tone = flag === 'declined' ? 'warn' : 'bad';
  const key = ['declined', 'unanswered', 'taken', 'over'].includes(flag) ? flag : 'over';
  return <Banner tone={tone}>{t(`pay.back.${key}` as Key)}</Banner>;
}

function Account({ account }: { account: StripeAccount }) {
  const { t } = useWords();
  if (account.chargesEnabled) return <Banner tone="good">{t('pay.account.ready')}</Banner>;
  return <Banner tone="warn">{t(account.detailsSubmitted ? 'pay.account.checking' : 'pay.account.needs')}</Banner>;
}
