import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { close } from '../model/act';

/** The browser's own dialogue: it keeps the focus inside, and Escape closes it. */
export function Modal({ title, children, wide = false }: { title: string; children: ComponentChildren; wide?: boolean }) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} class={wide ? 'wide' : ''} aria-label={title} onClose={close}>
      {children}
      {/* Last, so that Enter in a dialogue that has just opened never closes it. */}
      <button class="close" aria-label="Close" onClick={close}>
        ✕
      </button>
    </dialog>
  );
}
