// A text that somebody takes along, and a button for it.

import { useState } from 'preact/hooks';

/** @param props.label what the text is */
export function Copied({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState<string>();
  return (
    <div class="copied">
      <span class="soft">{label}</span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <pre tabIndex={0}>{text}</pre>
      <button
        type="button"
        aria-label={`Copy: ${label}`}
        onClick={async () => {
          await navigator.clipboard?.writeText(text);
          setCopied(text);
        }}
      >
        {copied === text ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
