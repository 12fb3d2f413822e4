// The gateway as the official client sees it. GATEWAY_URL names it; every demo scenario is a model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { APIError, APIUserAbortError, AuthenticationError } from 'openai';

const baseURL = process.env.GATEWAY_URL;
const patient = new OpenAI({ baseURL, apiKey: 'not-needed', maxRetries: 0, timeout: 30_000 });
const messages = [{ role: 'user', content: 'Play.' }];
const PLAY = Array.from({ length: 60 }, (_, i) => `word${i + 1}`).join(' ');

const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

/** The text of a stream, its finish reason, and how it ended. */
async function listen(stream) {
  const heard = { text: '', finish: null, usage: null, models: new Set(), error: null };
  try {
    for await (const chunk of stream) {
      heard.models.add(chunk.model);
      heard.text += chunk.choices[0]?.delta?.content ?? '';
      heard.finish = chunk.choices[0]?.finish_reason ?? heard.finish;
      heard.usage = chunk.usage ?? heard.usage;
    }
  } catch (error) {
    heard.error = error;
  }
  return heard;
}

function stream(model, more = {}) {
  return patient.chat.completions.create({ model, messages, stream: true, ...more });
}

test('a whole answer', async () => {
  const { data, response } = await patient.chat.completions.create({ model: 'quiet', messages }).withResponse();
  assert.equal(data.object, 'chat.completion');
  assert.match(data.id, /^chatcmpl-/);
  assert.equal(data.model, 'gpt-demo');
  assert.equal(data.choices[0].message.role, 'assistant');
  assert.equal(data.choices[0].message.content, PLAY);
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.deepEqual(
    [data.usage.prompt_tokens, data.usage.completion_tokens, data.usage.total_tokens],
    [12, 60, 72],
  );
  assert.equal(response.headers.get('x-understudy-provider'), 'lead');
  assert.equal(response.headers.get('x-understudy-attempts'), '1');
});

test('a stream, with and without usage', async () => {
  const plain = await listen(await stream('quiet'));
  assert.equal(plain.text, PLAY);
  assert.equal(plain.finish, 'stop');
  assert.equal(plain.usage, null);
  const counted = await listen(await stream('quiet', { stream_options: { include_usage: true } }));
  assert.equal(counted.text, PLAY);
  assert.equal(counted.usage.total_tokens, 72);
  assert.deepEqual([...counted.models], ['gpt-demo']);
});

test('tools, whole and streamed, and their results', async () => {
  const answer = await patient.chat.completions.create({ model: 'tools', messages, tools });
  const [call] = answer.choices[0].message.tool_calls;
  assert.equal(answer.choices[0].finish_reason, 'tool_calls');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Bern' });

  const runner = patient.chat.completions.stream({ model: 'tools', messages, tools });
  const final = await runner.finalChatCompletion();
  assert.deepEqual(JSON.parse(final.choices[0].message.tool_calls[0].function.arguments), { city: 'Bern' });

  const next = await patient.chat.completions.create({
    model: 'quiet',
    messages: [
      ...messages,
      answer.choices[0].message,
      { role: 'tool', tool_call_id: call.id, content: '{"sky":"blue"}' },
    ],
    tools,
  });
  assert.equal(next.choices[0].message.content, PLAY);
});

test('a client that leaves', async () => {
  const running = await stream('slow');
  let seen = 0;
  const error = await (async () => {
    try {
      for await (const chunk of running) {
        if (chunk.choices[0]?.delta?.content && ++seen === 5) {
          running.controller.abort();
        }
      }
    } catch (e) {
      return e;
    }
    return null;
  })();
  assert.ok(error === null || error instanceof APIUserAbortError);
  assert.ok(seen < 60, `${seen} tokens`);
});

// The complete answer, streamed and not, whatever the first server does.
for (const scenario of [
  'rate-limited-once',
  'broken-once',
  'overloaded',
  'reset-once',
  'no-answer',
  'slow-first-token',
  'cut',
  'stall',
  'garbled',
  'error-in-band',
  'no-done',
  'no-finish',
]) {
  test(`${scenario}: the whole answer`, async () => {
    const heard = await listen(await stream(scenario));
    assert.equal(heard.error, null);
    assert.equal(heard.text, PLAY);
    assert.equal(heard.finish, 'stop');
    const whole = await patient.chat.completions.create({ model: scenario, messages });
    assert.equal(whole.choices[0].message.content, PLAY);
  });
}

// A cut answer that no server repeats ends with one error.
for (const scenario of [
  'cut-other-answer',
  'stall-other-answer',
  'garbled-other-answer',
  'error-in-band-other-answer',
]) {
  test(`${scenario}: one error when no replay is equal`, async () => {
    const heard = await listen(await stream(scenario));
    assert.ok(heard.error instanceof APIError, `${heard.error}`);
    assert.ok(heard.error.message.length > 0);
    assert.equal(heard.finish, null);
    assert.ok(PLAY.startsWith(heard.text) && heard.text.length < PLAY.length);
  });
}

for (const [scenario, status, code] of [
  ['too-long', 400, 'context_length_exceeded'],
  ['against-policy', 400, 'content_policy_violation'],
  ['all-down', 503, 'overloaded'],
  ['wrong-key', 502, 'upstream_auth'],
]) {
  test(`${scenario}: ${status} ${code}`, async () => {
    for (const streamed of [false, true]) {
      await assert.rejects(
        patient.chat.completions.create({ model: scenario, messages, stream: streamed }),
        (error) => {
          assert.ok(error instanceof APIError);
          assert.equal(error.status, status);
          assert.equal(error.code, code);
          assert.doesNotMatch(error.message, /lead-key|second-key/);
          return true;
        },
      );
    }
  });
}

test('a rate limit names when to come back, and the client obeys what it is told', async () => {
  await assert.rejects(patient.chat.completions.create({ model: 'rate-limited', messages }), (error) => {
    assert.equal(error.status, 429);
    assert.ok(Number(error.headers.get('retry-after')) >= 1);
    return true;
  });
  const eager = new OpenAI({ baseURL, apiKey: 'not-needed', maxRetries: 5 });
  const begun = Date.now();
  await assert.rejects(eager.chat.completions.create({ model: 'all-down', messages }), { status: 503 });
  assert.ok(Date.now() - begun < 5_000, 'the client was told not to try again');
});

test('a request that cannot be followed', async () => {
  await assert.rejects(patient.chat.completions.create({ model: 'quiet', messages: [] }), (error) => {
    assert.equal(error.status, 400);
    assert.equal(error.param, 'messages');
    return true;
  });
});

test('an outage under load is seen by nobody, and the lead comes back', async () => {
  const producers = [];
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        if (i % 2) {
          const heard = await listen(await stream('outage', { temperature: 0 }));
          assert.equal(heard.error, null);
          assert.equal(heard.text, PLAY);
        } else {
          const { data, response } = await patient.chat.completions
            .create({ model: 'outage', messages })
            .withResponse();
          assert.equal(data.choices[0].message.content, PLAY);
          producers.push(response.headers.get('x-understudy-provider'));
        }
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(producers.includes('second'), 'the understudy played');
  for (let tries = 0; tries < 100 && producers.at(-1) !== 'lead'; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { response } = await patient.chat.completions.create({ model: 'outage', messages }).withResponse();
    producers.push(response.headers.get('x-understudy-provider'));
  }
  assert.equal(producers.at(-1), 'lead');
});

test('models are the chains', async () => {
  const models = await patient.models.list();
  assert.ok(models.data.some((model) => model.id === 'quiet'));
});

test('a gateway with a token lets nobody else in', async () => {
  const guarded = process.env.GUARDED_URL;
  await assert.rejects(
    new OpenAI({ baseURL: guarded, apiKey: 'wrong', maxRetries: 0 }).models.list(),
    AuthenticationError,
  );
  await new OpenAI({ baseURL: guarded, apiKey: process.env.GUARDED_TOKEN, maxRetries: 0 }).models.list();
});
