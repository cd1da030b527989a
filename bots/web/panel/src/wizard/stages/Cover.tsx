/** The event's picture. The server keeps a re-made copy; where it does not take pictures, nothing is shown. */
import { useEffect, useRef, useState } from 'react';
import { asFailure } from '../../api/failure';
import { uploadImage } from '../../api/account';
import { config } from '../../config';
import { useWords } from '../../i18n';
import { Button } from '../../ui/Button';
import { failureWords } from '../../ui/failureWords';
import { useDesk, useSnapshot } from '../desk';

const KINDS = ['image/jpeg', 'image/png', 'image/webp'];

export function Cover() {
  const { t } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const input = useRef<HTMLInputElement>(null);
  const [limit, setLimit] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [offered, setOffered] = useState(true);
  useEffect(() => {
    void config().then((known) => setLimit(known.maxUploadBytes));
  }, []);
  if (!offered) return null;

  const take = async (file: File) => {
    if (!KINDS.includes(file.type)) return setTrouble(t('basics.image.bad'));
    if (file.size > limit) return setTrouble(t('basics.image.big', { mb: Math.floor(limit / 1_048_576) }));
    setTrouble(null);
    setBusy(true);
    try {
      store.edit('imageUrl', await uploadImage(file));
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind === 'notBuilt' || failure.kind === 'missing') setOffered(false);
      else setTrouble(failureWords(failure, t));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="field cover">
      <span className="label">{t('basics.image')}</span>
      {draft.imageUrl && <img src={draft.imageUrl} alt="" />}
      <div className="row">
        <Button busy={busy} onClick={() => input.current?.click()}>
          {t('basics.image.choose')}
        </Button>
        {draft.imageUrl && (
          <Button look="quiet" onClick={() => store.edit('imageUrl', null)}>
            {t('basics.image.remove')}
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept={KINDS.join(',')}
        aria-label={t('basics.image.choose')}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void take(file);
        }}
      />
      {trouble && (
        <p className="field-error" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
