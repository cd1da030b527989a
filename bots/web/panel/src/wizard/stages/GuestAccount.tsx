/** A guest who wants to publish becomes an organizer with an account; the draft stays theirs. */
import { useState, type FormEvent } from 'react';
import { client } from '../../api/client';
import { useWords, type Key } from '../../i18n';
import { signFailure } from '../../pages/signFailure';
import { usePasswordMin } from '../../pages/usePasswordMin';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { useDesk } from '../desk';

export function GuestAccount({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useWords();
  const { store, onPublished } = useDesk();
  const least = usePasswordMin();
  const [trouble, setTrouble] = useState<Key | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [email, password] = [String(data.get('account-email')).trim(), String(data.get('account-password'))];
    if (!/^\S+@\S+$/.test(email)) return setTrouble('login.error.email');
    if (password.length < least) return setTrouble('login.error.weak');
    setBusy(true);
    setTrouble(null);
    const supabase = await client();
    const { error } = await supabase.auth.updateUser({ email, password });
    if (error) {
      setTrouble(signFailure(error));
      return setBusy(false);
    }
    await supabase.auth.refreshSession();
    const answer = await store.publish();
    setBusy(false);
    onClose();
    const id = answer?.eventDraft?.id ?? answer?.event?.id;
    if (id) onPublished(id, false);
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('review.guest')} text={t('review.guest.text')}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t('login.email')} error={trouble && t(trouble, { n: least })}>
          {(control) => <input {...control} name="account-email" type="email" autoComplete="email" />}
        </Field>
        <Field label={t('login.password')} hint={t('login.password.hint', { n: least })}>
          {(control) => <input {...control} name="account-password" type="password" autoComplete="new-password" />}
        </Field>
        <Button type="submit" look="primary" busy={busy}>
          {t('review.guest.submit')}
        </Button>
      </form>
    </Dialog>
  );
}
