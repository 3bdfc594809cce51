// A window above the page: the browser's own, with its focus and its Escape.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  /** Undefined: it stays until what it asks for is done. */
  readonly close?: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, close, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // Not the way out, which comes first, but what it is about.
    element.current?.querySelector<HTMLElement>('input:not([hidden])')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => {
        if (!close) event.preventDefault();
      }}
      onClose={close}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        {close && (
          <button type="button" class="quiet" aria-label="Close" onClick={close}>
            ✕
          </button>
        )}
      </div>
      {children}
    </dialog>
  );
}
