package dev.understudy.chat;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds sources in vendor data, in the forms of all vendors, and the passages of the answer that they support. Not
 * thread-safe.
 */
final class CitedSources {

    private static final Set<String> SOURCES = Set.of("citations", "annotations", "citationSources", "search_results");
    private static final String CHUNKS = "groundingChunks";
    private static final String SUPPORTS = "groundingSupports";
    private static final String START_INDEX = "start_index";
    private static final String END_INDEX = "end_index";
    private static final String TEXT = "text";
    private static final Set<String> URLS = Set.of("url", "uri", "file_url", "document_uri");
    private static final Set<String> TITLES = Set.of("title", "document_title", "filename", "file_name");
    private static final Set<String> QUOTES = Set.of("cited_text", "quote", TEXT, "snippet", "content");

    /** Fields of citations that belong to the whole block of text that they come with. */
    private static final Set<String> OF_THE_BLOCK = Set.of("cited_text", "sourceContent");

    /** A part of the answer: indexes of its first character and of the one behind it. */
    record Passage(int start, int end) {}

    /** A source; unknown values are null. */
    record Source(
            @Nullable String url,
            @Nullable String title,
            @Nullable String quote,
            @Nullable Passage passage) {}

    private final String block;
    private final int blockAt;
    private final String answer;
    private final boolean inBytes;
    private final Set<Source> found = new LinkedHashSet<>();

    /** Text to which positions in the block refer: the block's, or that of the latest of several parts. */
    private String part;

    private int partAt;
    private int nextPart;

    private @Nullable TextPositions ofAnswer;
    private @Nullable TextPositions ofPart;

    private CitedSources(String block, int blockAt, String answer, boolean inBytes) {
        this.block = block;
        this.blockAt = blockAt;
        this.answer = answer;
        this.inBytes = inBytes;
        this.part = block;
        this.partAt = blockAt;
    }

    /**
     * Returns the sources, each once for each passage.
     *
     * @param origin origin of the vendor data
     * @param json the vendor data
     * @param block text of the block that the data came with
     * @param blockAt index of the block's text in the answer's text
     * @param answer text of the answer; "" if no passages are wanted
     */
    static List<Source> of(String origin, String json, String block, int blockAt, String answer) {
        boolean any = json.contains('"' + CHUNKS + '"');
        for (String name : SOURCES) {
            any |= json.contains('"' + name + '"');
        }
        if (!any) {
            return List.of();
        }
        boolean inBytes = origin.startsWith("gemini");
        CitedSources sources = new CitedSources(block, blockAt, answer, inBytes);
        sources.collect(AnswerData.parsed(json));
        return sources.withoutBare();
    }

    /** Leaves an address alone out if another entry describes it. */
    private List<Source> withoutBare() {
        Set<String> described = new HashSet<>();
        for (Source source : found) {
            if (!isBare(source) && source.url() != null) {
                described.add(source.url());
            }
        }
        found.removeIf(source -> isBare(source) && described.contains(source.url()));
        return List.copyOf(found);
    }

    private static boolean isBare(Source source) {
        return source.title() == null && source.quote() == null && source.passage() == null;
    }

    private void collect(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            if (map.get(TEXT) instanceof String text && block.startsWith(text, nextPart)) {
                part = text;
                partAt = blockAt + nextPart;
                nextPart += text.length();
                ofPart = null;
            }
            map.forEach((name, member) -> {
                if (CHUNKS.equals(name) && member instanceof List<?> chunks) {
                    grounding(chunks, map.get(SUPPORTS));
                } else if (member instanceof List<?> list && name instanceof String word && SOURCES.contains(word)) {
                    list.forEach(this::add);
                } else if (!AnswerData.isLogprobs(name) && !SUPPORTS.equals(name)) {
                    collect(member);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(this::collect);
        }
    }

    /** Adds the sources of a search, each with the segments that name it by its number. */
    private void grounding(List<?> chunks, @Nullable Object supports) {
        List<?> segments = supports instanceof List<?> list ? list : List.of();
        boolean[] supporting = new boolean[chunks.size()];
        for (Object segment : segments) {
            if (segment instanceof Map<?, ?> support
                    && support.get("groundingChunkIndices") instanceof List<?> indexes) {
                Passage passage = segment(support.get("segment"));
                for (Object index : indexes) {
                    if (index instanceof Number number && number.intValue() >= 0 && number.intValue() < chunks.size()) {
                        supporting[number.intValue()] = true;
                        add(chunks.get(number.intValue()), null, passage);
                    }
                }
            }
        }
        for (int i = 0; i < supporting.length; i++) {
            if (!supporting[i]) {
                add(chunks.get(i), null, null);
            }
        }
    }

    private @Nullable Passage segment(@Nullable Object segment) {
        return segment instanceof Map<?, ?> map
                ? checked(number(map.get("startIndex"), 0), number(map.get("endIndex"), -1), map.get(TEXT), true)
                : null;
    }

    /** Adds a citation, or those of a passage that names its sources in a list of their own. */
    private void add(@Nullable Object element) {
        if (element instanceof String url) {
            found.add(new Source(url, null, null, null));
        } else if (element instanceof Map<?, ?> cited && cited.get("sources") instanceof List<?> sources) {
            Passage passage =
                    checked(number(cited.get("start"), -1), number(cited.get("end"), -1), cited.get(TEXT), false);
            for (Object source : sources) {
                add(source, source instanceof Map<?, ?> map ? map.get("id") : null, passage);
            }
        } else if (!(element instanceof Map<?, ?> file && "file".equals(file.get("type")))) {
            add(element, null, element instanceof Map<?, ?> map ? passage(map) : null);
        }
    }

    private @Nullable Passage passage(Map<?, ?> citation) {
        if (OF_THE_BLOCK.stream().anyMatch(citation::containsKey)) {
            return block.isEmpty() || answer.isEmpty() ? null : new Passage(blockAt, blockAt + block.length());
        }
        if (citation.get("url_citation") instanceof Map<?, ?> inner) {
            return checked(number(inner.get(START_INDEX), 0), number(inner.get(END_INDEX), -1), null, false);
        }
        if (citation.get(END_INDEX) instanceof Number end) {
            return inBlock(number(citation.get(START_INDEX), 0), end.intValue());
        }
        return checked(number(citation.get("startIndex"), 0), number(citation.get("endIndex"), -1), null, true);
    }

    private static int number(@Nullable Object value, int missing) {
        return value instanceof Number number ? number.intValue() : missing;
    }

    /** Returns a passage of the block, in the unit of its vendor. */
    private @Nullable Passage inBlock(int start, int end) {
        return answer.isEmpty() ? null : ofPart(of(positionsOfPart(), start, end, inBytes));
    }

    private @Nullable Passage ofPart(@Nullable Passage passage) {
        return passage == null ? null : new Passage(partAt + passage.start(), partAt + passage.end());
    }

    /**
     * Returns a passage of the answer, or else of the block, with this text; {@code null} if there is none.
     *
     * @param text text of the passage as the vendor repeats it, if it does
     */
    private @Nullable Passage checked(int start, int end, @Nullable Object text, boolean bytes) {
        Passage passage = of(positionsOfAnswer(), start, end, bytes);
        if (passage != null
                && (text == null
                        || answer.substring(passage.start(), passage.end()).equals(text))) {
            return passage;
        }
        Passage inner = text == null ? null : of(positionsOfPart(), start, end, bytes);
        return inner != null && part.substring(inner.start(), inner.end()).equals(text) ? ofPart(inner) : null;
    }

    private static @Nullable Passage of(TextPositions positions, int start, int end, boolean bytes) {
        int from = bytes ? positions.ofByte(start) : positions.ofCodePoint(start);
        int to = bytes ? positions.ofByte(end) : positions.ofCodePoint(end);
        return from >= 0 && to > from ? new Passage(from, to) : null;
    }

    private TextPositions positionsOfAnswer() {
        if (ofAnswer == null) {
            ofAnswer = new TextPositions(answer);
        }
        return ofAnswer;
    }

    private TextPositions positionsOfPart() {
        if (ofPart == null) {
            ofPart = new TextPositions(part);
        }
        return ofPart;
    }

    /** @param id stands for the title of a source without one, if it is a text */
    private void add(@Nullable Object source, @Nullable Object id, @Nullable Passage passage) {
        String title = first(source, TITLES);
        Source citation = new Source(
                first(source, URLS),
                title == null && id instanceof String word ? word : title,
                first(source, QUOTES),
                passage);
        if (citation.url() != null || citation.title() != null || citation.quote() != null) {
            found.add(citation);
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
}
