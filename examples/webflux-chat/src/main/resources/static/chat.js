// Reads answers as server-sent events. EventSource connects again by itself and sends the id of the last event it has seen.
const element = (id) => document.getElementById(id);
let current = null;

function state(text) {
  element('state').textContent = text;
  const running = current !== null;
  element('stop').disabled = !running;
  element('send').disabled = running;
}

function finish(text) {
  current?.source.close();
  current = null;
  state(text);
}

async function ask(question) {
  element('send').disabled = true;
  let started;
  try {
    const response = await fetch('/chat', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ question }),
    });
    started = response.ok ? await response.json() : null;
  } catch {
    started = null;
  }
  if (started === null) {
    finish('The question could not be asked');
    return;
  }
  const { id } = started;
  const source = new EventSource(`/chat/${id}`);
  current = { id, source };
  const answer = element('answer');
  answer.textContent = '';
  state('Waiting');
  source.addEventListener('text', (event) => {
    answer.append(JSON.parse(event.data).text);
    state('Answering');
  });
  source.addEventListener('refusal', (event) => answer.append(JSON.parse(event.data).text));
  source.addEventListener('reset', (event) => {
    answer.textContent = answer.textContent.slice(0, JSON.parse(event.data).keep);
  });
  source.addEventListener('done', () => finish('Done'));
  source.addEventListener('error', (event) => {
    if (event.data) { // an event of the server; without data the connection was lost
      finish(JSON.parse(event.data).detail);
    } else if (source.readyState === EventSource.CLOSED) {
      finish('The answer could not be read');
    } else {
      state('Connection lost, reading on');
    }
  });
}

async function stop() {
  const { id } = current;
  finish('Stopped');
  await fetch(`/chat/${id}`, { method: 'DELETE' });
}

element('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  if (current === null) { ask(element('question').value); }
});
element('stop').addEventListener('click', stop);

new EventSource('/takeovers').addEventListener('takeover', (event) => {
  const { from, to, offset, reason } = JSON.parse(event.data);
  const item = document.createElement('li');
  item.textContent = `${from} broke off (${reason}) after ${offset} characters, ${to} went on`;
  element('takeovers').append(item);
});
