package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds sources and log probabilities in vendor data, in the forms of all vendors. */
final class AnswerData {

    private static final Set<String> SOURCES = Set.of("citations", "annotations", "citationSources", "search_results");
    private static final String CHUNKS = "groundingChunks";
    private static final String LOGPROBS = "logprobs";
    private static final String GEMINI_LOGPROBS = "logprobsResult";
    private static final Set<String> URLS = Set.of("url", "uri", "file_url");
    private static final Set<String> TITLES = Set.of("title", "document_title", "filename");
    private static final Set<String> QUOTES = Set.of("cited_text", "quote", "text", "snippet", "content");

    /** A source; unknown values are null. */
    record Source(
            @Nullable String url,
            @Nullable String title,
            @Nullable String quote) {}

    /** A token with the logarithm of its probability, and the most probable tokens at its place. */
    record Token(String text, double logprob, List<Token> alternatives) {}

    private AnswerData() {}

    /** Returns the sources, each once. */
    static List<Source> citations(String json) {
        boolean any = json.contains('"' + CHUNKS + '"');
        for (String name : SOURCES) {
            any |= json.contains('"' + name + '"');
        }
        Set<Source> citations = new LinkedHashSet<>();
        if (any) {
            collect(parsed(json), citations);
        }
        Set<String> described = new HashSet<>();
        for (Source citation : citations) {
            if (!isBare(citation) && citation.url() != null) {
                described.add(citation.url());
            }
        }
        citations.removeIf(citation -> isBare(citation) && described.contains(citation.url()));
        return List.copyOf(citations);
    }

    /** Returns true for an address alone. */
    private static boolean isBare(Source citation) {
        return citation.title() == null && citation.quote() == null;
    }

    private static @Nullable Object parsed(String json) {
        try {
            return JsonText.object(json);
        } catch (IllegalArgumentException notJson) {
            return null;
        }
    }

    private static void collect(@Nullable Object value, Set<Source> citations) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> {
                if (CHUNKS.equals(name) && member instanceof List<?> chunks) {
                    chunks.forEach(chunk -> add(chunk, null, citations));
                } else if (member instanceof List<?> list && name instanceof String text && SOURCES.contains(text)) {
                    list.forEach(element -> add(element, citations));
                } else if (!LOGPROBS.equals(name) && !GEMINI_LOGPROBS.equals(name)) {
                    collect(member, citations);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collect(element, citations));
        }
    }

    /** Adds a citation, or those of a passage that names its sources in a list of their own. */
    private static void add(@Nullable Object element, Set<Source> citations) {
        if (element instanceof String url) {
            citations.add(new Source(url, null, null));
        } else if (element instanceof Map<?, ?> passage && passage.get("sources") instanceof List<?> sources) {
            for (Object source : sources) {
                add(source, source instanceof Map<?, ?> map ? map.get("id") : null, citations);
            }
        } else if (!(element instanceof Map<?, ?> file && "file".equals(file.get("type")))) {
            add(element, null, citations);
        }
    }

    /** @param id stands for the title of a source without one, if it is a text */
    private static void add(@Nullable Object source, @Nullable Object id, Set<Source> citations) {
        String title = first(source, TITLES);
        Source citation = new Source(
                first(source, URLS), title == null && id instanceof String text ? text : title, first(source, QUOTES));
        if (citation.url() != null || citation.title() != null || citation.quote() != null) {
            citations.add(citation);
        }
    }

    /** Returns the first text of one of these names, within the value. */
    private static @Nullable String first(@Nullable Object value, Set<String> names) {
        Collection<?> members = List.of();
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getKey() instanceof String name
                        && names.contains(name)
                        && entry.getValue() instanceof String text
                        && !text.isEmpty()) {
                    return text;
                }
            }
            members = map.values();
        } else if (value instanceof List<?> list) {
            members = list;
        }
        for (Object member : members) {
            String found = first(member, names);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Returns the log probabilities of the tokens, in order. */
    static List<Token> logprobs(String json) {
        List<Token> tokens = new ArrayList<>();
        if (json.contains('"' + LOGPROBS + '"') || json.contains('"' + GEMINI_LOGPROBS + '"')) {
            collectLogprobs(parsed(json), tokens);
        }
        return tokens;
    }

    private static void collectLogprobs(@Nullable Object value, List<Token> tokens) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> {
                if (LOGPROBS.equals(name)) {
                    tokens(member instanceof Map<?, ?> object ? object.get("content") : member, tokens);
                } else if (GEMINI_LOGPROBS.equals(name) && member instanceof Map<?, ?> result) {
                    chosen(result.get("chosenCandidates"), result.get("topCandidates"), tokens);
                } else {
                    collectLogprobs(member, tokens);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collectLogprobs(element, tokens));
        }
    }

    private static void tokens(@Nullable Object list, List<Token> tokens) {
        for (Object element : list instanceof List<?> elements ? elements : List.of()) {
            if (element instanceof Map<?, ?> token) {
                List<Token> alternatives = new ArrayList<>(0);
                tokens(token.get("top_logprobs"), alternatives);
                Object text = token.containsKey("token") ? token.get("token") : token.get("text");
                add(
                        text,
                        token.containsKey("logprob") ? token.get("logprob") : sum(token.get(LOGPROBS)),
                        alternatives,
                        tokens);
            }
        }
    }

    /** Log probability of a text of several tokens. */
    private static @Nullable Object sum(@Nullable Object logprobs) {
        if (!(logprobs instanceof List<?> list) || list.isEmpty()) {
            return null;
        }
        double sum = 0;
        for (Object each : list) {
            sum += each instanceof Number number ? number.doubleValue() : 0;
        }
        return sum;
    }

    private static void chosen(@Nullable Object chosen, @Nullable Object top, List<Token> tokens) {
        List<?> alternatives = top instanceof List<?> list ? list : List.of();
        List<?> steps = chosen instanceof List<?> list ? list : List.of();
        for (int i = 0; i < steps.size(); i++) {
            List<Token> others = new ArrayList<>(0);
            if (i < alternatives.size()
                    && alternatives.get(i) instanceof Map<?, ?> step
                    && step.get("candidates") instanceof List<?> candidates) {
                candidates.forEach(candidate -> candidate(candidate, List.of(), others));
            }
            candidate(steps.get(i), others, tokens);
        }
    }

    private static void candidate(@Nullable Object candidate, List<Token> alternatives, List<Token> tokens) {
        if (candidate instanceof Map<?, ?> map) {
            add(map.get("token"), map.get("logProbability"), alternatives, tokens);
        }
    }

    private static void add(
            @Nullable Object token, @Nullable Object logprob, List<Token> alternatives, List<Token> tokens) {
        if (token instanceof String text && logprob instanceof Number number) {
            tokens.add(new Token(text, number.doubleValue(), alternatives));
        }
    }
}
