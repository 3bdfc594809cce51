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

/** A head and a foot around numbers, with the way past the head. */
export function Around({
  head,
  foot,
  children,
}: Record<'head' | 'foot' | 'children', ComponentChildren>) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the numbers
      </a>
      {head}
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      {foot}
    </>
  );
}

export function Frame({ title, beside, about, foot, children }: FrameProps) {
  const head = (
    <header>
      <div class="line">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        {beside}
      </div>
      {about && <p class="soft">{about}</p>}
    </header>
  );
  return (
    <Around head={head} foot={<footer>{foot}</footer>}>
      {children}
    </Around>
  );
}
