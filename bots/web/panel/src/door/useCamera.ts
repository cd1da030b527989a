/**
 * A camera that reads codes: the browser's own reader where it has one, else one in JavaScript.
 * A denied or missing camera is a state of its own; typing a code always works.
 */
import { useEffect, useRef, useState } from 'react';

export type CameraState = 'off' | 'starting' | 'on' | 'denied' | 'missing';

type Read = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
  }
}

/** Looks so often, in milliseconds. */
const EVERY_MS = 160;
/** The picture is made no larger than this before it is read. */
const WIDEST = 720;

export function useCamera(wanted: boolean, onCode: (text: string) => void) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<CameraState>('off');
  const heard = useRef(onCode);
  heard.current = onCode;

  useEffect(() => {
    if (!wanted) {
      setState('off');
      return;
    }
    let stream: MediaStream | null = null;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = async () => {
      setState('starting');
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
      } catch (thrown) {
        setState(thrown instanceof DOMException && thrown.name === 'NotAllowedError' ? 'denied' : 'missing');
        return;
      }
      const read = await reader();
      if (gone || !video.current) return;
      video.current.srcObject = stream;
      await video.current.play().catch(() => undefined);
      setState('on');
      const look = async () => {
        if (gone) return;
        const shown = video.current;
        const text = shown && shown.readyState >= 2 ? await read(shown).catch(() => null) : null;
        if (text) heard.current(text);
        timer = setTimeout(() => void look(), EVERY_MS);
      };
      void look();
    };
    void start();
    return () => {
      gone = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [wanted]);

  return { video, state };
}

async function reader(): Promise<Read> {
  const own = window.BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch((): string[] => [])).includes('qr_code')) {
    const detector = new own({ formats: ['qr_code'] });
    return async (shown) => (await detector.detect(shown))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const paper = canvas.getContext('2d', { willReadFrequently: true });
  return (shown) => {
    if (!paper || !shown.videoWidth) return Promise.resolve(null);
    const scale = Math.min(1, WIDEST / shown.videoWidth);
    canvas.width = Math.round(shown.videoWidth * scale);
    canvas.height = Math.round(shown.videoHeight * scale);
    paper.drawImage(shown, 0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decodeQR(paper.getImageData(0, 0, canvas.width, canvas.height)) || null);
    } catch {
      // No code in this picture.
      return Promise.resolve(null);
    }
  };
}
