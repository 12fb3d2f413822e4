package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.DialectSample.Event;
import dev.understudy.provider.DialectSample.Form;
import dev.understudy.provider.http.StreamBodyDecoder;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Edits a sample answer at random. Harmless edits are what servers and proxies do or may do: the decoded answer stays the
 * same. Harmful ones lose or damage something: the answer stays the same or fails, and is never another one. One number
 * is one case, so that a finding can be replayed.
 */
final class LeniencyFuzz {

    private static final List<String> PULSES = List.of(
            "",
            " ",
            ": keepalive",
            ":",
            "ping",
            "keep-alive",
            "null",
            "\"\"",
            "\": ping\"",
            "{}",
            "{\"type\":\"ping\"}");

    private static final List<String> VALUES =
            List.of("null", "7", "\"new\"", "{\"a\":[1,{}]}", "[]", "[{\"text\":1}]", "true");

    private static final List<String> TEXTS = List.of("I look ", "twice.", "Two ", "towns: ", "Bern, Rom.");

    /** Objects in which every field belongs to the arguments of a call. */
    private static final Pattern ARGUMENTS = Pattern.compile("\"(args|arguments|input)\":\\{");

    private static final Pattern FINISH = Pattern.compile(
            "\"finish_reason\":\"\\w|\"type\":\"response\\.completed|\"stop_reason\":\"\\w|\"finishReason\":|\"done\":true|\"stopReason\":|\"interaction\\.completed");

    private static final Pattern BLOCK = Pattern.compile(
            "\"tool_calls\":\\[\\{\"index\":(\\d)|\"(?:output_index|contentBlockIndex)\":(\\d)|\"type\":\"(?:content_block|tool-call)[-_]\\w+\",\"index\":(\\d)");

    private static final Pattern START =
            Pattern.compile("\"name\":\"|message_start|output_item\\.added|content_block_start|-start\"|\"toolUseId\"");

    private final DialectSample sample;
    private final String expected;

    LeniencyFuzz(DialectSample sample) {
        this.sample = sample;
        this.expected = DialectSample.content(sample.decode(sample.events()));
    }

    /** Plays a harmless case; returns what is wrong, null for nothing. */
    @Nullable
    String harmless(long number) {
        Random random = new Random(number * 0x9E3779B97F4A7C15L);
        List<Event> events = new ArrayList<>(sample.events());
        List<String> edits = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            edits.add(
                    switch (random.nextInt(6)) {
                        case 0 -> pulse(events, random);
                        case 1 -> unknownField(events, random);
                        case 2 -> unknownEvent(events, random);
                        case 3 -> split(events, random);
                        case 4 -> shuffle(events, random);
                        default -> swap(events, random);
                    });
        }
        byte[] body = respelled(sample.body(events), random);
        DecodedAnswer answer = read(body, 1 + random.nextInt(random.nextBoolean() ? 8 : 300), random);
        String content = DialectSample.content(answer);
        return content.equals(expected) ? null : edits + " changed the answer to " + content + " " + answer.failure;
    }

    /** Plays a harmful case; returns what is wrong, null for nothing. */
    @Nullable
    String harmful(long number) {
        Random random = new Random(number * 0x9E3779B97F4A7C15L + 1);
        List<Event> events = new ArrayList<>(sample.events());
        String edit =
                switch (random.nextInt(6)) {
                    case 0 -> cut(events, random);
                    case 1 -> damage(events, random);
                    case 2 -> nameless(events, random);
                    case 3 -> withoutStart(events, random);
                    case 4 -> error(events, random);
                    default -> otherArguments(events);
                };
        byte[] body = sample.body(events);
        if (random.nextInt(4) == 0) {
            int end = sample.body(events.subList(0, Math.min(events.size(), finish()))).length;
            body = Arrays.copyOf(body, random.nextInt(Math.max(1, end)));
            edit += " and cut";
        }
        DecodedAnswer answer = read(body, 1 + random.nextInt(100), random);
        String content = DialectSample.content(answer);
        return answer.failure != null || withoutUsage(content).equals(withoutUsage(expected))
                ? null
                : edit + " gave the answer " + content;
    }

    /** Tokens that are reported after the finish reason may be lost; the answer is complete without them. */
    private static String withoutUsage(String content) {
        return content.replaceFirst(" Usage\\[.*", "");
    }

    /** Reads a body in random pieces, as the transport does. */
    private DecodedAnswer read(byte[] body, int most, Random random) {
        DecodedAnswer answer = new DecodedAnswer();
        StreamBodyDecoder decoder = new StreamBodyDecoder(
                sample.dialect.framing(),
                sample.dialect.decoder("p", DialectSample.REQUEST),
                chunk -> chunk,
                new StreamBodyDecoder.Progress() {},
                StreamBodyDecoder.Body.ofStream());
        try {
            for (int at = 0; at < body.length; ) {
                int end = Math.min(body.length, at + 1 + random.nextInt(most));
                decoder.take(body, at, end);
                drain(decoder, answer);
                at = end;
            }
            decoder.end(null);
            drain(decoder, answer);
        } catch (CallFailed failed) {
            answer.failure = failed.failure();
        }
        return answer;
    }

    private static void drain(StreamBodyDecoder decoder, DecodedAnswer answer) {
        while (decoder.hasNext()) {
            answer.take(decoder.next());
        }
    }

    private static String pulse(List<Event> events, Random random) {
        Event pulse = new Event(random.nextInt(4) == 0 ? "ping" : "", any(PULSES, random));
        events.add(random.nextInt(events.size() + 1), pulse);
        return "pulse '" + pulse.json() + "'";
    }

    /** Adds a field at the beginning of an object that holds no arguments. */
    private String unknownField(List<Event> events, Random random) {
        int at = random.nextInt(events.size());
        String json = events.get(at).json();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < json.length(); i++) {
            boolean quoted = i > 0 && (json.charAt(i - 1) == '"' || json.charAt(i - 1) == '\\');
            if (json.charAt(i) == '{' && !quoted && !isWithinArguments(json, i) && !isWithinText(json, i)) {
                places.add(i);
            }
        }
        if (places.isEmpty()) {
            return "nothing";
        }
        int place = any(places, random);
        boolean empty = json.charAt(place + 1) == '}';
        String field = "\"x_new\":" + any(VALUES, random) + (empty ? "" : ",");
        events.set(at, events.get(at).with(json.substring(0, place + 1) + field + json.substring(place + 1)));
        return "field " + field + " in event " + at + " at " + place;
    }

    private static boolean isWithinArguments(String json, int at) {
        Matcher matcher = ARGUMENTS.matcher(json);
        return matcher.find() && at >= matcher.end() - 1;
    }

    private static boolean isWithinText(String json, int at) {
        boolean within = false;
        for (int i = 0; i < at; i++) {
            if (json.charAt(i) == '\\') {
                i++;
            } else if (json.charAt(i) == '"') {
                within = !within;
            }
        }
        return within;
    }

    private String unknownEvent(List<Event> events, Random random) {
        List<Event> unknown =
                switch (sample) {
                    case CHAT ->
                        Event.all(
                                "{'choices':[]}",
                                "{'choices':[{'index':0,'delta':{}}]}",
                                "{'choices':[{'index':0,'delta':{'content':''},'finish_reason':null}]}",
                                "{'choices':[{'index':1,'delta':{'content':'other'}}]}",
                                "{'object':'chat.completion.progress','step':3}",
                                "{'choices':[{'index':0,'delta':{'tool_calls':[]}}]}");
                    case RESPONSES ->
                        Event.all(
                                "{'type':'response.new_thing.delta','output_index':9,'item_id':'n','delta':'x'}",
                                "{'type':'response.output_text.delta','output_index':9,'item_id':'n','delta':''}",
                                "{'type':'response.output_item.added','output_index':9,'item':{'id':'n','type':'new_thing'}}",
                                "{'type':'response.in_progress','response':{'id':'r1','status':'in_progress'}}",
                                "{'type':'response.reasoning_summary_part.added','output_index':0,'item_id':'rs_1'}");
                    case ANTHROPIC, INVOKE ->
                        Event.all(
                                "{'type':'new_thing','index':1,'value':'x'}",
                                "{'type':'content_block_delta','index':9,'delta':{'type':'text_delta','text':''}}",
                                "{'type':'content_block_delta','index':9,'delta':{'type':'new_delta','value':'x'}}",
                                "{'type':'content_block_start','index':9,'content_block':{'type':'new_thing','value':'x'}}",
                                "{'type':'content_block_stop','index':9}");
                    case GEMINI, GEMINI_ARRAY ->
                        Event.all(
                                "{'candidates':[]}",
                                "{'candidates':[{'content':{'parts':[{'text':''}]}}]}",
                                "{'candidates':[{'index':1,'content':{'parts':[{'text':'other'}]}}]}",
                                "{'usageMetadata':{'promptTokenCount':0}}",
                                "{'progress':{'step':3}}");
                    case INTERACTIONS ->
                        Event.all(
                                "{'event_type':'interaction.status_update','interaction_id':'i1','status':'in_progress'}",
                                "{'event_type':'new.thing','index':1,'delta':{'type':'text','text':'x'}}",
                                "{'event_type':'step.delta','index':9,'delta':{'type':'new_delta','text':'x'}}",
                                "{'event_type':'step.start','index':9,'step':{'type':'new_call','id':'n','arguments':{}}}",
                                "{'event_type':'step.stop','index':9}");
                    case OLLAMA ->
                        Event.all(
                                "{'message':{'role':'assistant','content':''},'done':false}",
                                "{'message':{'tool_calls':[]},'done':false}",
                                "{'progress':3}");
                    case COHERE ->
                        Event.all(
                                "{'type':'new-thing','index':0,'delta':{'value':1}}",
                                "{'type':'content-delta','index':0,'delta':{'message':{'content':{'text':''}}}}",
                                "{'type':'citation-end','index':0}");
                    case CONVERSE ->
                        Event.named(
                                "newThing {'contentBlockIndex':1,'value':1}",
                                "contentBlockDelta {'contentBlockIndex':9,'delta':{'text':''}}",
                                "contentBlockStop {'contentBlockIndex':9}");
                };
        Event event = any(unknown, random);
        int finish = 0;
        while (finish < events.size()
                && !FINISH.matcher(events.get(finish).json()).find()) {
            finish++;
        }
        events.add(random.nextInt(finish + 1), event);
        return "event " + event.json();
    }

    /** Splits the text of a delta, or a fragment of arguments, into two events. */
    private static String split(List<Event> events, Random random) {
        int at = random.nextInt(events.size());
        Event event = events.get(at);
        for (String text : TEXTS) {
            String quoted = ":\"" + text + "\"";
            if (event.json().contains(quoted) && !event.json().contains("_text.done")) {
                int middle = random.nextInt(text.length() + 1);
                Event first = event.with(event.json().replace(quoted, ":\"" + text.substring(0, middle) + "\""));
                Event second = event.with(event.json().replace(quoted, ":\"" + text.substring(middle) + "\""));
                events.set(at, first);
                events.add(at + 1, second);
                return "split '" + text + "' at " + middle;
            }
        }
        Matcher matcher = Pattern.compile("\"(arguments|delta|partial_json|input)\":\"((?:[^\"\\\\]|\\\\.)+)\"")
                .matcher(event.json());
        boolean fragment = event.json().contains("delta") && !event.json().contains("\"item\"");
        if (fragment
                && !event.json().contains("get_")
                && matcher.find()
                && matcher.group(2).contains("\\\"")) {
            int middle = matcher.group(2).indexOf("\\\"") + (random.nextBoolean() ? 2 : 0);
            String json = event.json();
            int start = matcher.start(2);
            events.set(at, event.with(json.substring(0, start + middle) + json.substring(matcher.end(2))));
            events.add(at + 1, event.with(json.substring(0, start) + json.substring(start + middle)));
            return "split arguments at " + middle;
        }
        return "nothing";
    }

    /** Changes the order of the fields of an event, at every depth but within arguments. */
    private static String shuffle(List<Event> events, Random random) {
        int at = random.nextInt(events.size());
        String json = events.get(at).json();
        if (!json.startsWith("{")
                || ARGUMENTS.matcher(json.replace("\"input\":{}", "")).find()) {
            return "nothing";
        }
        JsonReader in = Json.read(json.getBytes(StandardCharsets.UTF_8));
        events.set(at, events.get(at).with(Json.text(shuffled(JsonTree.of(in), random))));
        return "order of fields in event " + at;
    }

    private static @Nullable Object shuffled(@Nullable Object json, Random random) {
        if (json instanceof List<?> list) {
            List<@Nullable Object> all = new ArrayList<>();
            list.forEach(each -> all.add(shuffled(each, random)));
            return all;
        }
        if (!(json instanceof Map<?, ?> map)) {
            return json;
        }
        List<Object> names = new ArrayList<>(map.keySet());
        Collections.shuffle(names, random);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        names.forEach(name -> fields.put(String.valueOf(name), shuffled(map.get(name), random)));
        return fields;
    }

    /** Swaps two events of different blocks, of which at most one begins its block. */
    private static String swap(List<Event> events, Random random) {
        int at = random.nextInt(events.size() - 1);
        String first = block(events.get(at).json());
        String second = block(events.get(at + 1).json());
        boolean starts = START.matcher(events.get(at).json()).find()
                && START.matcher(events.get(at + 1).json()).find();
        if (first.isEmpty() || second.isEmpty() || first.equals(second) || starts) {
            return "nothing";
        }
        Collections.swap(events, at, at + 1);
        return "swap of " + at;
    }

    private static String block(String json) {
        Matcher matcher = BLOCK.matcher(json);
        if (!matcher.find()) {
            return "";
        }
        for (int i = 1; i <= 3; i++) {
            if (matcher.group(i) != null) {
                return matcher.group(i);
            }
        }
        return "";
    }

    /** Changes line ends, spaces after colons and what stands between events. */
    private byte[] respelled(byte[] body, Random random) {
        if (!sample.form.isText()) {
            return body;
        }
        String text = new String(body, StandardCharsets.UTF_8);
        if (sample.form.isSse()) {
            if (random.nextInt(3) == 0) {
                text = text.replace("data: ", "data:");
            }
            if (random.nextInt(3) == 0) {
                text = text.replace("\n\n", "\n: comment\n\n");
            }
            if (random.nextInt(4) == 0) {
                text = "\uFEFF" + text;
            }
            text = text.replace("\n", any(List.of("\n", "\r\n", "\r"), random));
        } else if (sample.form == Form.LINES) {
            text = text.replace("\n", any(List.of("\n", "\r\n", "\n\n", "\n  "), random));
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Position of the event that completes the answer. */
    private int finish() {
        List<Event> events = sample.events();
        int at = 0;
        while (!FINISH.matcher(events.get(at).json()).find()) {
            at++;
        }
        return at;
    }

    private String cut(List<Event> events, Random random) {
        int at = random.nextInt(finish() + 1);
        events.subList(at, events.size()).clear();
        return "cut before event " + at;
    }

    /** Replaces a character of the grammar in one event. */
    private static String damage(List<Event> events, Random random) {
        int at = random.nextInt(events.size());
        String json = events.get(at).json();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < json.length(); i++) {
            if ("{}[]\":,".indexOf(json.charAt(i)) >= 0 && !isWithinText(json, i)) {
                places.add(i);
            }
        }
        int place = any(places, random);
        String damaged = json.substring(0, place) + any(List.of("", "#", "x"), random) + json.substring(place + 1);
        events.set(at, events.get(at).with(damaged));
        return "damage of event " + at + " at " + place;
    }

    private static String nameless(List<Event> events, Random random) {
        String name = any(List.of("get_weather", "get_time"), random);
        boolean empty = random.nextBoolean();
        events.replaceAll(event -> event.with(
                empty
                        ? event.json().replace("\"name\":\"" + name + "\"", "\"name\":\"\"")
                        : event.json().replace("\"name\":\"" + name + "\"", "\"x_name\":1")));
        return "call without the name " + name;
    }

    private static String withoutStart(List<Event> events, Random random) {
        String name = any(List.of("get_weather", "get_time"), random);
        for (int i = 0; i < events.size(); i++) {
            String json = events.get(i).json();
            if (json.contains("\"" + name + "\"")) {
                boolean whole = json.contains("\"args\":{") || json.contains("\"arguments\":{");
                if (!whole) {
                    events.remove(i);
                }
                return "call without the beginning of " + name;
            }
        }
        return "nothing";
    }

    private String error(List<Event> events, Random random) {
        String json = DialectSample.unquoted(any(
                List.of(
                        "{'error':{'message':'The server is overloaded','type':'overloaded_error','code':529}}",
                        "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}",
                        "{'error':{'code':503,'status':'UNAVAILABLE','message':'busy'}}"),
                random));
        int at = random.nextInt(finish() + 1);
        if (sample.form == Form.FRAMES || sample.form == Form.CHUNKS) {
            events.subList(at, events.size()).clear();
            return "cut before event " + at;
        }
        events.add(at, new Event("error", json));
        return "error before event " + at;
    }

    /** Adds the arguments of another call to a call that has its own. */
    private static String otherArguments(List<Event> events) {
        int at = -1;
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).json().contains("\\\"Bern\\\"}\"")
                    && events.get(i).json().contains("delta")) {
                at = at < 0 ? i : at;
            }
        }
        if (at < 0) {
            return "nothing";
        }
        Event event = events.get(at);
        events.add(at + 1, event.with(event.json().replace("\\\"Bern\\\"}", "{\\\"city\\\":\\\"Rom\\\"}")));
        return "second arguments in event " + at;
    }

    private static <T> T any(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
