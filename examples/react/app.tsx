import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useClient, useRun, useRuns } from 'sluice/react';

function App() {
  const client = useClient();
  // In the address, so that a reload shows the same run.
  const [runId, setRunId] = useState(location.hash.slice(1) || undefined);
  const show = (id: string) => setRunId((location.hash = id));
  const start = async () => show((await client.start('writer', { input: 'the sea' })).runId);
  return (
    <>
      <button onClick={() => void start()}>Write</button>
      <Letters onShow={show} />
      {runId && <Letter runId={runId} />}
    </>
  );
}

function Letters({ onShow }: { onShow: (runId: string) => void }) {
  const { runs, isStale, hasMore, loadMore } = useRuns({ agent: 'writer', limit: 5 });
  return (
    <nav aria-busy={isStale}>
      {runs.map(({ runId, status }) => (
        <button key={runId} onClick={() => onShow(runId)}>
          {status}
        </button>
      ))}
      {hasMore && <button onClick={loadMore}>more</button>}
    </nav>
  );
}

function Letter({ runId }: { runId: string }) {
  const { state, status, asks, error, isStale, connection, cancel, answer, retry } = useRun(runId);
  return (
    <article>
      <h1>{status}</h1>
      {state.messages.map(({ seq, text }) => (
        <p key={seq}>{text}</p>
      ))}
      {asks.map(({ askId, question }) => (
        <p key={askId}>
          {question} <button onClick={() => void answer(askId, true)}>Yes</button>{' '}
          <button onClick={() => void answer(askId, false)}>No</button>
        </p>
      ))}
      {!state.end && <button onClick={() => void cancel('the button')}>Stop</button>}
      {isStale && connection !== 'closed' && <i>The connection is lost; trying again …</i>}
      {connection === 'closed' && error && (
        <p role="alert">
          {error.message} <button onClick={retry}>Try again</button>
        </p>
      )}
    </article>
  );
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
