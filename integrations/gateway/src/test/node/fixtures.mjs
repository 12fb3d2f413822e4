// What the scripted vendors behind CLIENTS_URL answer; see ClientVendors.java.
export const baseURL = process.env.CLIENTS_URL;
export const TEXT = Array.from({ length: 30 }, (_, i) => `word${i + 1}`).join(' ');
export const SUNNY = 'It is sunny in Bern.';
export const THOUGHT = 'The user wants a sum.';
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PDF = Buffer.from('%PDF-1.4 a report').toString('base64');
export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, sky: { type: 'string' } },
  required: ['city', 'sky'],
  additionalProperties: false,
};
export const CITY = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
/** Agents, by the vendor that answers first: OpenAI Chat Completions, OpenAI Responses, Anthropic. */
export const AGENTS = ['chat', 'responses', 'claude'];
