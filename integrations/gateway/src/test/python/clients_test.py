"""The official clients of OpenAI and Anthropic for Python, against the scripted vendors of ClientVendors.java."""

import json
import os
import unittest

import anthropic
import openai

URL = os.environ["CLIENTS_URL"]
TEXT = " ".join(f"word{i}" for i in range(1, 31))
SUNNY = "It is sunny in Bern."
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQgYSByZXBvcnQ="
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
AGENTS = ["chat", "responses", "claude"]


def ask(content):
    return [{"role": "user", "content": content}]


class OpenAiTest(unittest.TestCase):
    client = openai.OpenAI(base_url=URL + "/v1", api_key="key-of-clients", max_retries=0)

    def test_chat(self):
        for model in AGENTS:
            whole = self.client.chat.completions.create(model=model, messages=ask("Count."))
            self.assertEqual(whole.choices[0].message.content, TEXT)
            stream = self.client.chat.completions.create(model=model, messages=ask("CUT"), stream=True)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
            self.assertEqual(text, TEXT)

    def test_responses(self):
        for model in AGENTS:
            self.assertEqual(self.client.responses.create(model=model, input="Count.").output_text, TEXT)
            with self.client.responses.stream(model=model, input="CUT") as stream:
                text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
                self.assertEqual(text, TEXT)
                self.assertEqual(stream.get_final_response().output_text, TEXT)

    def test_tools(self):
        for model in AGENTS:
            tools = [{"type": "function", "name": "weather", "parameters": CITY, "strict": True}]
            question = ask("How is the weather?")
            first = self.client.responses.create(model=model, input=question, tools=tools)
            call = next(item for item in first.output if item.type == "function_call")
            self.assertEqual(json.loads(call.arguments), {"city": "Bern"})
            output = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
            for way in ({"input": question + first.output + [output]}, {"input": [output], "previous_response_id": first.id}):
                self.assertEqual(self.client.responses.create(model=model, tools=tools, **way).output_text, SUNNY)

    def test_image_and_document(self):
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PNG}}
        file = {"type": "file", "file": {"filename": "r.pdf", "file_data": "data:application/pdf;base64," + PDF}}
        for part, text in ((image, "An image."), (file, "A document.")):
            answer = self.client.chat.completions.create(model="chat", messages=ask([part]))
            self.assertEqual(answer.choices[0].message.content, text)

    def test_errors(self):
        with self.assertRaises(openai.RateLimitError):
            self.client.responses.create(model="chat", input="LIMIT")
        with self.assertRaises(openai.NotFoundError):
            self.client.chat.completions.create(model="nobody", messages=ask("Count."))


class AnthropicTest(unittest.TestCase):
    client = anthropic.Anthropic(base_url=URL, api_key="key-of-clients", max_retries=0)

    def test_messages(self):
        for model in AGENTS:
            whole = self.client.messages.create(model=model, max_tokens=2000, messages=ask("Count."))
            self.assertEqual(whole.content[0].text, TEXT)
            with self.client.messages.stream(model=model, max_tokens=2000, messages=ask("CUT")) as stream:
                self.assertEqual("".join(stream.text_stream), TEXT)
                self.assertEqual(stream.get_final_message().stop_reason, "end_turn")

    def test_tools(self):
        for model in AGENTS:
            tools = [{"name": "weather", "input_schema": CITY}]
            messages = ask("How is the weather?")
            first = self.client.messages.create(model=model, max_tokens=2000, messages=messages, tools=tools)
            call = next(block for block in first.content if block.type == "tool_use")
            self.assertEqual(call.input, {"city": "Bern"})
            result = [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}]
            messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": result}]
            second = self.client.messages.create(model=model, max_tokens=2000, messages=messages, tools=tools)
            self.assertEqual(second.content[0].text, SUNNY)

    def test_thinking_goes_back_as_it_came(self):
        params = {"model": "claude", "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
        with self.client.messages.stream(messages=ask("THINK"), **params) as stream:
            first = stream.get_final_message()
        self.assertEqual(first.content[0].thinking, "The user wants a sum.")
        messages = ask("THINK") + [{"role": "assistant", "content": first.content}] + ask("Was it signed?")
        self.assertEqual(self.client.messages.create(messages=messages, **params).content[0].text, "It was signed.")

    def test_image_and_document(self):
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
        document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}
        for block, text in ((image, "An image."), (document, "A document.")):
            answer = self.client.messages.create(model="claude", max_tokens=2000, messages=ask([block]))
            self.assertEqual(answer.content[0].text, text)

    def test_errors_and_counting(self):
        with self.assertRaises(anthropic.RateLimitError):
            self.client.messages.create(model="claude", max_tokens=9, messages=ask("LIMIT"))
        counted = self.client.messages.count_tokens(model="claude", messages=ask("Count the tokens."))
        self.assertGreater(counted.input_tokens, 3)


if __name__ == "__main__":
    unittest.main()
