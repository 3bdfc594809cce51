// Where the page of `report --html` starts: it finds the summary inside of itself, and shows it.

import { render } from 'preact';
import { Report } from './report';
import { embeddedSummary } from './source';

function Page() {
  try {
    return <Report summary={embeddedSummary()} />;
  } catch (error) {
    return (
      <main class="alone">
        <h1>Usage</h1>
        <p class="trouble">{error instanceof Error ? error.message : String(error)}</p>
      </main>
    );
  }
}

render(<Page />, document.getElementById('app')!);
