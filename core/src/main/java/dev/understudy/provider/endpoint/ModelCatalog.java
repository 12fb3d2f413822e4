package dev.understudy.provider.endpoint;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Price;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is publicly known of models at their vendors' own addresses. It does not hold behind a gateway, which has prices
 * and limits of its own, and what an endpoint says of a model counts more. What is not known stays unknown.
 */
public final class ModelCatalog {

    /** When the table was last gone through with public price lists beside it. */
    static final String AS_OF = "2026-11-20";

    /**
     * Below each host, with a path where it matters, its models: window, tokens of one answer, then dollars per million
     * tokens of input, cached input and output, then what it can do beside the usual ({@code -} before what it cannot).
     * A {@code ?} is unknown. Prices
     * are those of a prompt of usual length, where long ones cost more, and of the dear hours, where others cost less. Where
     * one name stands for models of different prices, each version has a row of its own and the name has no price.
     */
    private static final String TABLE = """
        api.openai.com
            gpt-6-astra              ?        ?      10     1      50     reasoning
            gpt-5.6                  1050000  128000 2      0.2    10     reasoning
            gpt-5.6-terra            1050000  128000 ?      ?      ?      reasoning
            gpt-5.6-luna             1050000  128000 ?      ?      ?      reasoning
            gpt-5.5                  1050000  128000 5      0.5    30     reasoning
            gpt-5.4                  1050000  128000 2.5    0.25   15     reasoning
            gpt-5.2                  400000   128000 1.75   0.175  14     reasoning
            gpt-5.1                  400000   128000 1.25   0.125  10     reasoning
            gpt-5                    400000   128000 1.25   0.125  10     reasoning
            gpt-5-mini               400000   128000 0.25   0.025  2      reasoning
            gpt-5-nano               400000   128000 0.05   0.005  0.4    reasoning
            gpt-4.1                  1047576  32768  2      0.5    8
            gpt-4.1-mini             1047576  32768  0.4    0.1    1.6
            gpt-4.1-nano             1047576  32768  0.1    0.025  0.4
            gpt-4o                   128000   16384  2.5    1.25   10
            gpt-4o-mini              128000   16384  0.15   0.075  0.6
            o3                       200000   100000 2      0.5    8      reasoning
            o4-mini                  200000   100000 1.1    0.275  4.4    reasoning
            o3-mini                  200000   100000 1.1    0.55   4.4    reasoning -vision
        api.anthropic.com
            claude-opus-5-5          ?        ?      4      0.2    20     reasoning
            claude-sonnet-5-5        ?        ?      2      0.1    10     reasoning
            claude-opus-5            1000000  128000 5      0.5    25     reasoning
            claude-sonnet-5          1000000  128000 2      0.2    10     reasoning
            claude-opus-4-8          1000000  128000 5      0.5    25     reasoning
            claude-opus-4-7          1000000  128000 5      0.5    25     reasoning
            claude-opus-4-6          1000000  128000 5      0.5    25
            claude-sonnet-4-6        1000000  64000  3      0.3    15
            claude-opus-4-5          200000   64000  5      0.5    25     prefill
            claude-sonnet-4-5        200000   64000  3      0.3    15     prefill
            claude-haiku-4-5         200000   64000  1      0.1    5      prefill
            claude-opus-4-1          200000   32000  15     1.5    75     prefill
        generativelanguage.googleapis.com
            gemini-3.8-flash         1048576  65536  0.75   0.075  3.75   reasoning
            gemini-3.7-flash         ?        ?      1.5    0.15   7.5    reasoning
            gemini-3.6-flash         ?        ?      ?      ?      ?      reasoning
            gemini-3.5-flash         1048576  65536  1.5    0.15   9      reasoning prefill
            gemini-3.1-pro           1048576  65536  2      0.2    12     reasoning prefill
            gemini-3.1-flash-lite    1048576  65536  0.25   0.025  1.5    reasoning prefill
            gemini-3-pro             1048576  65536  2      0.2    12     reasoning prefill
            gemini-3-flash           1048576  65536  0.5    0.05   3      reasoning prefill
            gemini-2.5-pro           1048576  65536  1.25   0.125  10     reasoning prefill
            gemini-2.5-flash         1048576  65536  0.3    0.03   2.5    reasoning prefill
            gemini-2.5-flash-lite    1048576  65536  0.1    0.01   0.4    prefill
        api.cohere.com
            command-a-plus           128000   64000  2.5    ?      10     reasoning
            command-a-reasoning      256000   32000  2.5    ?      10     reasoning -vision
            command-a-vision         128000   8000   2.5    ?      10     -tools -streaming_tools
            command-a                256000   8000   2.5    ?      10     -vision
            command-r7b              128000   4000   0.0375 ?      0.15   -vision
        api.groq.com
            openai/gpt-oss-120b      131072   65536  0.15   ?      0.6    reasoning -vision
            openai/gpt-oss-20b       131072   65536  0.075  ?      0.3    reasoning -vision
            llama-3.3-70b-versatile  131072   32768  0.59   ?      0.79   -vision
            llama-3.1-8b-instant     131072   131072 0.05   ?      0.08   -vision
        api.x.ai
            grok-4.7                 ?        ?      ?      ?      ?      reasoning
            grok-4.6                 ?        ?      ?      ?      ?      reasoning
            grok-4.5                 500000   ?      2      0.5    6      reasoning
            grok-4.3                 1000000  ?      1.25   0.2    2.5    reasoning
            grok-4                   256000   ?      3      0.75   15     reasoning
            grok-3                   131072   ?      3      0.75   15     -vision
            grok-code-fast-1         256000   ?      0.2    0.02   1.5    reasoning -vision
        api.deepseek.com
            deepseek-flash           1000000  384000 0.3    0.006  1.2    reasoning
            deepseek-v4-flash        1000000  384000 0.3    0.006  1.2    reasoning
            deepseek-v4-pro          1000000  384000 1.32   0.044  3.96   reasoning -vision
        api.deepseek.com/beta
            deepseek-flash           1000000  384000 0.3    0.006  1.2    reasoning prefill
            deepseek-v4-flash        1000000  384000 0.3    0.006  1.2    reasoning prefill
            deepseek-v4-pro          1000000  384000 1.32   0.044  3.96   reasoning prefill -vision
            deepseek-chat            ?        ?      ?      ?      ?      prefill
        api.mistral.ai
            mistral-large            ?        ?      ?      ?      ?      prefill
            mistral-medium           ?        ?      ?      ?      ?      prefill
            mistral-small            ?        ?      ?      ?      ?      prefill
            mistral-large-2512       262144   ?      0.5    ?      1.5    prefill
            mistral-large-2411       131072   ?      2      ?      6      prefill -vision
            mistral-medium-3.5       256000   ?      1.5    ?      7.5    prefill
            mistral-medium-2508      131072   ?      0.4    ?      2      prefill
            mistral-medium-2505      131072   ?      0.4    ?      2      prefill
            mistral-small-2506       131072   ?      0.1    ?      0.3    prefill
            codestral-2508           256000   ?      0.3    ?      0.9    prefill -vision
            open-mistral-nemo        131072   ?      0.15   ?      0.15   prefill -vision
        """;

    private static final Map<String, Map<String, Capabilities>> HOSTS = read(TABLE);

    /** A version of a model, which is taken for the model itself: {@code -20251001}, {@code -2025-08-07}, {@code -001}. */
    private static final Pattern VERSION =
            Pattern.compile("(.+?)-(?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d\\d-\\d{4}|\\d{3,4}|latest|preview(?:-[\\d-]+)?)");

    private ModelCatalog() {}

    /** What the endpoint says of the model, else what is publicly known of it there, else what is assumed of all. */
    public static Capabilities capabilities(Endpoint endpoint, String model) {
        Capabilities said = endpoint.models().get(model);
        if (said != null) {
            return said;
        }
        Map<String, Capabilities> models = at(endpoint);
        Capabilities known = models.get(model);
        return known != null ? known : models.getOrDefault(withoutVersion(model), Capabilities.assumed());
    }

    /** Tokens that models can answer with, by name: those of the endpoint, and those that are publicly known there. */
    public static Map<String, Integer> maxOutput(Endpoint endpoint) {
        Map<String, Capabilities> models = new HashMap<>(at(endpoint));
        models.putAll(endpoint.models());
        Map<String, Integer> most = new HashMap<>();
        models.forEach((model, can) -> {
            if (can.maxOutput() != null) {
                most.put(model, can.maxOutput());
            }
        });
        return most;
    }

    /** The model that a version belongs to; the name itself if it names none. */
    public static String withoutVersion(String model) {
        String name = model.startsWith("models/") ? model.substring(7) : model;
        Matcher version = VERSION.matcher(name);
        return version.matches() ? version.group(1) : name;
    }

    private static Map<String, Capabilities> at(Endpoint endpoint) {
        String host = endpoint.baseUrl().getHost().toLowerCase(Locale.ROOT);
        Map<String, Capabilities> below = HOSTS.get(host + endpoint.baseUrl().getPath());
        return below != null ? below : HOSTS.getOrDefault(host, Map.of());
    }

    /** The models that are known to continue a trailing assistant message, by host. */
    static Map<String, Set<String>> continuing() {
        Map<String, Set<String>> continuing = new TreeMap<>();
        HOSTS.forEach((host, models) -> models.forEach((model, can) -> {
            if (can.has(Feature.PREFILL)) {
                continuing.computeIfAbsent(host, none -> new TreeSet<>()).add(model);
            }
        }));
        return continuing;
    }

    private static Map<String, Map<String, Capabilities>> read(String table) {
        Map<String, Map<String, Capabilities>> hosts = new HashMap<>();
        Map<String, Capabilities> models = new HashMap<>();
        for (String line : table.lines().toList()) {
            String[] cells = line.strip().split("\\s+");
            if (cells.length == 1) {
                models = new HashMap<>();
                hosts.put(cells[0], models);
            } else if (models.put(cells[0], row(cells)) != null) {
                throw new IllegalStateException("A model stands in the table twice: " + cells[0]);
            }
        }
        return hosts;
    }

    private static Capabilities row(String[] cells) {
        Capabilities row = Capabilities.assumed();
        if (!cells[1].equals("?")) {
            row = row.withWindow(Integer.parseInt(cells[1]));
        }
        if (!cells[2].equals("?")) {
            row = row.withMaxOutput(Integer.parseInt(cells[2]));
        }
        if (!cells[3].equals("?")) {
            double input = Double.parseDouble(cells[3]);
            double cached = cells[4].equals("?") ? input : Double.parseDouble(cells[4]);
            row = row.withPrice(new Price(input, cached, Double.parseDouble(cells[5])));
        }
        for (int i = 6; i < cells.length; i++) {
            boolean lacks = cells[i].startsWith("-");
            Feature feature = Feature.valueOf(cells[i].substring(lacks ? 1 : 0).toUpperCase(Locale.ROOT));
            row = lacks ? row.withoutFeature(feature) : row.withFeature(feature);
        }
        return row;
    }
}
