/** The event's picture: dropped, chosen or taken. The server keeps a re-made copy, without what a photograph tells of its place. */
import { useRef, useState, type DragEvent } from 'react';
import { uploadImage } from '../../api/account';
import { asFailure } from '../../api/failure';
import { config } from '../../config';
import { useWords } from '../../i18n';
import { OwnPicture } from '../../pictures/OwnPicture';
import { refusalWords } from '../../pictures/refusalWords';
import { shrink } from '../../pictures/shrink';
import { Button } from '../../ui/Button';
import { Picture } from '../../ui/icons';
import { useDesk, useSnapshot } from '../desk';

const KINDS = ['image/jpeg', 'image/png', 'image/webp'];

export function Cover() {
  const { t } = useWords();
  const { draft } = useSnapshot();
  const { store } = useDesk();
  const chosen = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { take, busy, trouble } = useUpload();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void take(file);
  };
  const input = (ref: typeof chosen, label: string, capture?: 'environment') => (
    <input
      ref={ref}
      type="file"
      hidden
      accept={KINDS.join(',')}
      capture={capture}
      aria-label={label}
      onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = '';
        if (file) void take(file);
      }}
    />
  );
  return (
    <div className="field" role="group" aria-labelledby="cover-label">
      <span className="label" id="cover-label">
        {t('basics.image')}
      </span>
      {/* Dropping is a short cut for a mouse; the buttons do the same. */}
      <div
        role="presentation"
        className={`cover${over ? ' over' : ''}${draft.imageUrl ? ' has' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {draft.imageUrl ? <OwnPicture url={draft.imageUrl} /> : <Picture />}
        {!draft.imageUrl && <p className="cover-hint">{t('basics.image.drop')}</p>}
        <div className="row">
          <Button busy={busy} onClick={() => chosen.current?.click()}>
            {t(draft.imageUrl ? 'basics.image.replace' : 'basics.image.choose')}
          </Button>
          <Button className="touch-only" disabled={busy} onClick={() => camera.current?.click()}>
            {t('basics.image.camera')}
          </Button>
          {draft.imageUrl && (
            <Button look="quiet" disabled={busy} onClick={() => store.edit('imageUrl', null)}>
              {t('basics.image.remove')}
            </Button>
          )}
        </div>
      </div>
      {input(chosen, t('basics.image.choose'))}
      {input(camera, t('basics.image.camera'), 'environment')}
      <p className="hint">{t('basics.image.hint')}</p>
      {trouble && (
        <p className="field-error" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

/** Sends a picture and puts its address into the draft. */
function useUpload() {
  const { t } = useWords();
  const { store } = useDesk();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const take = async (file: File) => {
    if (!KINDS.includes(file.type)) return setTrouble(t('basics.image.bad'));
    setTrouble(null);
    setBusy(true);
    try {
      const [{ maxUploadBytes }, picture] = await Promise.all([config(), shrink(file)]);
      if (picture.size > maxUploadBytes) return setTrouble(t('basics.image.big', { mb: Math.floor(maxUploadBytes / 1_048_576) }));
      store.edit('imageUrl', await uploadImage(picture));
    } catch (thrown) {
      setTrouble(refusalWords(asFailure(thrown), t));
    } finally {
      setBusy(false);
    }
  };
  return { take, busy, trouble };
}
