// A page around its numbers: a way past the head, the head, and the foot.

import type { ComponentChildren } from 'preact';

interface FrameProps {
  readonly title: string;
  /** What stands beside the title. */
  readonly beside?: ComponentChildren;
  /** What the page is, in a sentence. */
  readonly about?: ComponentChildren;
  readonly foot: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Frame({ title, beside, about, foot, children }: FrameProps) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the numbers
      </a>
      <header>
        <div class="line">
          <h1>
            <bdi>{title}</bdi>
          </h1>
          {beside}
        </div>
        {about && <p class="soft">{about}</p>}
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer>{foot}</footer>
    </>
  );
}
