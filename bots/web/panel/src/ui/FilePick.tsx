/** A file to choose or to drop, in the page's own words; what is pressed is the browser's own control. */
import { useState, type DragEvent } from 'react';
import { useWords } from '../i18n';
import type { ControlProps } from './Field';

interface FilePickProps {
  control: ControlProps;
  accept: string;
  /** Of the file that is chosen now. */
  name: string | null;
  onPick: (file: File | null) => void;
}

export function FilePick({ control, accept, name, onPick }: FilePickProps) {
  const { t } = useWords();
  const [over, setOver] = useState(false);
  const turn = (event: DragEvent, on: boolean) => {
    event.preventDefault();
    setOver(on);
  };
  const drop = (event: DragEvent) => {
    turn(event, false);
    const file = event.dataTransfer.files[0];
    if (file) onPick(file);
  };
  return (
    <div role="presentation" className={`cover file-pick${over ? ' over' : ''}`} onDragOver={(event) => turn(event, true)} onDragLeave={() => setOver(false)} onDrop={drop}>
      <input
        {...control}
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same file, mended, may be chosen again.
          event.currentTarget.value = '';
          if (file) onPick(file);
        }}
      />
      <span className="button plain" aria-hidden="true">{t('app.file')}</span>
      <span className="file-name">{name ?? t('app.file.none')}</span>
    </div>
  );
}
