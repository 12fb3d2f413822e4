// The AI SDK with its providers for OpenAI (Responses by default, Chat Completions too) and Anthropic, default settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, Output, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { AGENTS, PDF, PNG, SUNNY, TEXT, THOUGHT, baseURL } from './fixtures.mjs';

const openai = createOpenAI({ baseURL: `${baseURL}/v1`, apiKey: 'key-of-clients' });
const anthropic = createAnthropic({ baseURL: `${baseURL}/v1`, apiKey: 'key-of-clients' });
const providers = { responses: openai, chat: openai.chat, messages: anthropic };
const weather = tool({
  description: 'Tells the weather.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, sky: 'sunny' }),
});

for (const [api, provider] of Object.entries(providers)) {
  for (const agent of AGENTS) {
    test(`${api} ${agent}: unary, stream and one that is cut`, async () => {
      const whole = await generateText({ model: provider(agent), prompt: 'Count.', maxRetries: 0 });
      assert.equal(whole.text, TEXT);
      assert.equal(whole.finishReason, 'stop');
      assert.equal(whole.usage.outputTokens, 30);
      for (const prompt of ['Count.', 'CUT']) {
        let text = '';
        const result = streamText({ model: provider(agent), prompt, maxRetries: 0, onError: ({ error }) => assert.fail(error) });
        for await (const piece of result.textStream) {
          text += piece;
        }
        assert.equal(text, TEXT);
        assert.equal(await result.finishReason, 'stop');
      }
    });

    test(`${api} ${agent}: a loop of tools`, async () => {
      const params = {
        model: provider(agent),
        prompt: 'How is the weather?',
        tools: { weather },
        stopWhen: stepCountIs(3),
        maxRetries: 0,
      };
      assert.equal((await generateText(params)).text, SUNNY);
      const result = streamText({ ...params, onError: ({ error }) => assert.fail(error) });
      await result.consumeStream();
      assert.equal(await result.text, SUNNY);
    });

    test(`${api} ${agent}: structured output, image and PDF`, async () => {
      const schema = z.object({ city: z.string(), sky: z.string() });
      const { output } = await generateText({
        model: provider(agent),
        prompt: 'Tell me as JSON.',
        output: Output.object({ schema }),
        maxRetries: 0,
      });
      assert.deepEqual(output, { city: 'Bern', sky: 'blue' });
      for (const [data, mediaType, text] of [
        [PNG, 'image/png', 'An image.'],
        [PDF, 'application/pdf', 'A document.'],
      ]) {
        const content = [{ type: 'file', data, mediaType, filename: 'file' }];
        const seen = await generateText({ model: provider(agent), messages: [{ role: 'user', content }], maxRetries: 0 });
        assert.equal(seen.text, text);
      }
    });
  }

  test(`${api}: errors, one in the middle, and a client that leaves`, async () => {
    await assert.rejects(
      () => generateText({ model: provider('chat'), prompt: 'LIMIT', maxRetries: 0 }),
      (error) => APICallError.isInstance(error) && error.statusCode === 429 && error.isRetryable,
    );
    const errors = [];
    const dead = streamText({
      model: provider('dead'),
      prompt: 'Count.',
      maxRetries: 0,
      onError: ({ error }) => errors.push(error),
    });
    await dead.consumeStream();
    assert.ok(errors.length > 0);
    const abort = new AbortController();
    const slow = streamText({ model: provider('slow'), prompt: 'Count.', maxRetries: 0, abortSignal: abort.signal });
    let seen = 0;
    try {
      for await (const piece of slow.textStream) {
        seen += piece.length;
        abort.abort();
      }
    } catch (error) {
      assert.equal(error.name, 'AbortError');
    }
    assert.ok(seen > 0 && seen < TEXT.length);
  });
}

test('messages: thinking goes back as it came', async () => {
  const params = {
    model: anthropic('claude'),
    maxRetries: 0,
    providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } },
  };
  const first = await generateText({ ...params, prompt: 'THINK' });
  assert.equal(first.reasoningText, THOUGHT);
  const messages = [
    { role: 'user', content: 'THINK' },
    ...first.response.messages,
    { role: 'user', content: 'Was it signed?' },
  ];
  assert.equal((await generateText({ ...params, messages })).text, 'It was signed.');
});
