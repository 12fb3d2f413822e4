// The official client of OpenAI: Chat Completions and Responses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai';
import { AGENTS, CITY, PDF, PNG, SCHEMA, SUNNY, TEXT, THOUGHT, baseURL } from './fixtures.mjs';

const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: 'key-of-clients', maxRetries: 0, timeout: 30_000 });
const ask = (content) => [{ role: 'user', content }];

for (const model of AGENTS) {
  test(`chat ${model}: unary, stream and one that is cut`, async () => {
    const whole = await client.chat.completions.create({ model, messages: ask('Count.') });
    assert.equal(whole.choices[0].message.content, TEXT);
    assert.equal(whole.usage.total_tokens, 42);
    for (const question of ['Count.', 'CUT']) {
      const final = await client.chat.completions
        .stream({ model, messages: ask(question), stream_options: { include_usage: true } })
        .finalChatCompletion();
      assert.equal(final.choices[0].message.content, TEXT);
      assert.equal(final.choices[0].finish_reason, 'stop');
    }
  });

  test(`chat ${model}: a loop of tools`, async () => {
    for (const streamed of [false, true]) {
      const params = {
        model,
        messages: ask('How is the weather?'),
        tools: [
          {
            type: 'function',
            function: {
              name: 'weather',
              parameters: CITY,
              strict: true,
              parse: JSON.parse,
              function: ({ city }) => ({ city, sky: 'sunny' }),
            },
          },
        ],
      };
      const runner = client.chat.completions.runTools({ ...params, stream: streamed });
      assert.equal(await runner.finalContent(), SUNNY);
    }
  });

  test(`chat ${model}: structured output, image and PDF`, async () => {
    const parsed = await client.chat.completions.parse({
      model,
      messages: ask('Tell me as JSON.'),
      response_format: { type: 'json_schema', json_schema: { name: 'sky', strict: true, schema: SCHEMA } },
    });
    assert.deepEqual(JSON.parse(parsed.choices[0].message.content), { city: 'Bern', sky: 'blue' });
    const seen = await client.chat.completions.create({
      model,
      messages: ask([
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      ]),
    });
    assert.equal(seen.choices[0].message.content, 'An image.');
    const file = { filename: 'report.pdf', file_data: `data:application/pdf;base64,${PDF}` };
    const read = await client.chat.completions.create({
      model,
      messages: ask([{ type: 'text', text: 'What is this?' }, { type: 'file', file }]),
    });
    assert.equal(read.choices[0].message.content, 'A document.');
  });

  test(`responses ${model}: unary, stream and one that is cut`, async () => {
    const whole = await client.responses.create({ model, input: 'Count.' });
    assert.equal(whole.output_text, TEXT);
    assert.equal(whole.status, 'completed');
    assert.equal(whole.usage.total_tokens, 42);
    for (const input of ['Count.', 'CUT']) {
      const stream = client.responses.stream({ model, input });
      let text = '';
      let next = 0;
      for await (const event of stream) {
        assert.equal(event.sequence_number, next++);
        text += event.type === 'response.output_text.delta' ? event.delta : '';
      }
      assert.equal(text, TEXT);
      assert.equal((await stream.finalResponse()).output_text, TEXT);
    }
  });

  test(`responses ${model}: a loop of tools, with items, ids and without state`, async () => {
    const tools = [{ type: 'function', name: 'weather', parameters: CITY, strict: true }];
    const input = ask('How is the weather?');
    const first = await client.responses.stream({ model, input, tools }).finalResponse();
    const call = first.output.find((item) => item.type === 'function_call');
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Bern' });
    const output = { type: 'function_call_output', call_id: call.call_id, output: '{"sky":"sunny"}' };
    const ways = [
      { input: [...input, ...first.output, output], store: false },
      { input: [...input, { type: 'item_reference', id: call.id }, output] },
      { input: [output], previous_response_id: first.id },
    ];
    for (const way of ways) {
      assert.equal((await client.responses.create({ model, tools, ...way })).output_text, SUNNY);
    }
  });

  test(`responses ${model}: structured output, image and PDF`, async () => {
    const parsed = await client.responses.parse({
      model,
      input: 'Tell me as JSON.',
      text: { format: { type: 'json_schema', name: 'sky', strict: true, schema: SCHEMA } },
    });
    assert.deepEqual(JSON.parse(parsed.output_text), { city: 'Bern', sky: 'blue' });
    const image = { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' };
    assert.equal((await client.responses.create({ model, input: ask([image]) })).output_text, 'An image.');
    const file = { type: 'input_file', filename: 'report.pdf', file_data: `data:application/pdf;base64,${PDF}` };
    assert.equal((await client.responses.create({ model, input: ask([file]) })).output_text, 'A document.');
  });
}

test('thinking comes with the answer', async () => {
  const chat = await client.chat.completions.create({
    model: 'claude',
    messages: ask('THINK'),
    reasoning_effort: 'low',
  });
  assert.equal(chat.choices[0].message.reasoning_content, THOUGHT);
  const response = await client.responses.create({ model: 'claude', input: 'THINK', reasoning: { effort: 'low' } });
  assert.equal(response.output[0].summary[0].text, THOUGHT);
  assert.equal(response.output_text, TEXT);
});

test('errors have their class and say when to come back', async () => {
  for (const call of [
    () => client.chat.completions.create({ model: 'chat', messages: ask('LIMIT') }),
    () => client.responses.create({ model: 'chat', input: 'LIMIT', stream: true }),
  ]) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.ok(Number(error.headers.get('retry-after')) >= 1);
      return true;
    });
  }
  await assert.rejects(
    () => client.responses.create({ model: 'chat', input: [] }),
    (error) => error instanceof BadRequestError && error.param === 'input',
  );
});

test('an answer that nobody finishes ends with an error', async () => {
  for (const call of [
    () => client.chat.completions.create({ model: 'dead', messages: ask('Count.'), stream: true }),
    () => client.responses.create({ model: 'dead', input: 'Count.', stream: true }),
  ]) {
    await assert.rejects(async () => {
      for await (const event of await call()) {
        assert.ok(event);
      }
    }, APIError);
  }
});

test('a client that leaves', async () => {
  const stream = await client.responses.create({ model: 'slow', input: 'Count.', stream: true });
  let seen = 0;
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta' && ++seen === 3) {
      break;
    }
  }
  assert.equal(seen, 3);
});

test('models, one and all', async () => {
  assert.ok((await client.models.list()).data.some((model) => model.id === 'chat'));
  assert.equal((await client.models.retrieve('chat')).id, 'chat');
});
