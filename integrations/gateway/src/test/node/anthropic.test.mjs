// The official client of Anthropic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic, { APIError, BadRequestError, RateLimitError } from '@anthropic-ai/sdk';
import { AGENTS, CITY, PDF, PNG, SUNNY, TEXT, THOUGHT, baseURL } from './fixtures.mjs';

const client = new Anthropic({ baseURL, apiKey: 'key-of-clients', maxRetries: 0, timeout: 30_000 });
const max_tokens = 2_000;
const ask = (content) => [{ role: 'user', content }];

for (const model of AGENTS) {
  test(`messages ${model}: unary, stream and one that is cut`, async () => {
    const whole = await client.messages.create({ model, max_tokens, messages: ask('Count.') });
    assert.equal(whole.content[0].text, TEXT);
    assert.equal(whole.stop_reason, 'end_turn');
    assert.deepEqual([whole.usage.input_tokens, whole.usage.output_tokens], [12, 30]);
    for (const question of ['Count.', 'CUT']) {
      const stream = client.messages.stream({ model, max_tokens, messages: ask(question) });
      assert.equal(await stream.finalText(), TEXT);
      assert.equal((await stream.finalMessage()).stop_reason, 'end_turn');
    }
  });

  test(`messages ${model}: a loop of tools`, async () => {
    const tools = [{ name: 'weather', input_schema: CITY }];
    const messages = ask('How is the weather?');
    const whole = await client.messages.create({ model, max_tokens, messages, tools });
    const streamed = await client.messages.stream({ model, max_tokens, messages, tools }).finalMessage();
    for (const first of [whole, streamed]) {
      assert.equal(first.stop_reason, 'tool_use');
      const call = first.content.find((block) => block.type === 'tool_use');
      assert.deepEqual(call.input, { city: 'Bern' });
      const second = await client.messages.create({
        model,
        max_tokens,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '{"sky":"sunny"}' }] },
        ],
      });
      assert.equal(second.content[0].text, SUNNY);
    }
  });

  test(`messages ${model}: image and PDF`, async () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
    const seen = await client.messages.create({ model, max_tokens, messages: ask([image]) });
    assert.equal(seen.content[0].text, 'An image.');
    const document = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } };
    const read = await client.messages.create({ model, max_tokens, messages: ask([document]) });
    assert.equal(read.content[0].text, 'A document.');
  });
}

test('thinking goes back as it came', async () => {
  const params = { model: 'claude', max_tokens, thinking: { type: 'enabled', budget_tokens: 1_024 } };
  const whole = await client.messages.create({ ...params, messages: ask('THINK') });
  const streamed = await client.messages.stream({ ...params, messages: ask('THINK') }).finalMessage();
  for (const first of [whole, streamed]) {
    assert.equal(first.content[0].type, 'thinking');
    assert.equal(first.content[0].thinking, THOUGHT);
    assert.ok(first.content[0].signature.length > 0);
    const messages = [...ask('THINK'), { role: 'assistant', content: first.content }, ...ask('Was it signed?')];
    const second = await client.messages.create({ ...params, messages });
    assert.equal(second.content[0].text, 'It was signed.');
  }
});

test('errors have their class and say when to come back', async () => {
  await assert.rejects(
    () => client.messages.create({ model: 'claude', max_tokens, messages: ask('LIMIT') }),
    (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.error.error.type, 'rate_limit_error');
      assert.ok(Number(error.headers.get('retry-after')) >= 1);
      return true;
    },
  );
  await assert.rejects(() => client.messages.create({ model: 'claude', max_tokens, messages: [] }), BadRequestError);
});

test('an answer that nobody finishes ends with an error', async () => {
  const stream = client.messages.stream({ model: 'dead', max_tokens, messages: ask('Count.') });
  await assert.rejects(() => stream.finalMessage(), APIError);
});

test('a client that leaves', async () => {
  const stream = await client.messages.create({ model: 'slow', max_tokens, messages: ask('Count.'), stream: true });
  let seen = 0;
  for await (const event of stream) {
    if (event.type === 'content_block_delta' && ++seen === 3) {
      break;
    }
  }
  assert.equal(seen, 3);
});

test('tokens are counted, models are listed', async () => {
  const counted = await client.messages.countTokens({ model: 'claude', messages: ask('Count the tokens of this.') });
  assert.ok(counted.input_tokens > 3);
  assert.ok((await client.models.list()).data.some((model) => model.id === 'claude'));
  assert.equal((await client.models.retrieve('claude')).id, 'claude');
});
