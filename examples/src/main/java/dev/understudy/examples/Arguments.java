package dev.understudy.examples;

import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of the quickstart.
 *
 * @param members providers in order; empty for the demo on scripted servers
 * @param prompt the prompt
 */
record Arguments(List<Member> members, String prompt) {

    static final String USAGE = """
            Usage: Quickstart [option ...] [prompt]

              (nothing)          run on three scripted servers of this machine; if OPENAI_API_KEY or
                                 ANTHROPIC_API_KEY is set, call those vendors instead
              --demo             run on the scripted servers, whatever is set
              --base-url URL     call a server that speaks OpenAI's Chat Completions; repeat it for further servers
              --model NAME       the model to request from it
              --key-env NAME     the environment variable that holds its key, or several keys with commas between
              --anthropic        it speaks Anthropic's Messages instead
              --help             this text

            OPENAI_MODEL and ANTHROPIC_MODEL name the models to request from the two vendors.
            """;

    private static final String DEFAULT_PROMPT = "In three sentences: what does an understudy do in a theatre?";

    /** A provider and the model that is requested from it. */
    record Member(ChatProvider provider, String model) {}

    /** Thrown for invalid arguments; the message says what is wrong with them. */
    static final class Wrong extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Wrong(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    Arguments {
        members = List.copyOf(members);
    }

    static Arguments of(String[] arguments, Map<String, String> environment) {
        return new Reader(environment).read(List.of(arguments));
    }

    /** Options of one server, as read so far. */
    private static final class Server {
        final String url;

        @Nullable
        String model;

        String[] keys = {};
        boolean anthropic;

        Server(String url) {
            this.url = url;
        }
    }

    private record Reader(Map<String, String> environment) {

        Arguments read(List<String> arguments) {
            List<Server> servers = new ArrayList<>();
            List<String> words = new ArrayList<>();
            boolean demo = false;
            for (int i = 0; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                switch (argument) {
                    case "--demo" -> demo = true;
                    case "--anthropic" -> last(servers, argument).anthropic = true;
                    case "--base-url" -> servers.add(new Server(value(arguments, ++i)));
                    case "--model" -> last(servers, argument).model = value(arguments, ++i);
                    case "--key-env" -> last(servers, argument).keys = keys(value(arguments, ++i));
                    default -> {
                        if (argument.startsWith("--")) {
                            throw new Wrong("There is no option " + argument);
                        }
                        words.add(argument);
                    }
                }
            }
            if (demo && !servers.isEmpty()) {
                throw new Wrong("--demo and --base-url exclude each other");
            }
            List<Member> members = demo ? List.of() : servers.isEmpty() ? vendors() : members(servers);
            String prompt = words.isEmpty() ? DEFAULT_PROMPT : String.join(" ", words);
            return new Arguments(members, prompt);
        }

        private static Server last(List<Server> servers, String option) {
            if (servers.isEmpty()) {
                throw new Wrong(option + " belongs to a server: name it first with --base-url");
            }
            return servers.get(servers.size() - 1);
        }

        private static String value(List<String> arguments, int at) {
            if (at >= arguments.size() || arguments.get(at).startsWith("--")) {
                throw new Wrong(arguments.get(at - 1) + " needs a value");
            }
            return arguments.get(at);
        }

        private String[] keys(String variable) {
            String value = environment.getOrDefault(variable, "");
            if (value.isBlank()) {
                throw new Wrong("The environment variable " + variable + " is not set");
            }
            return Arrays.stream(value.split(",")).map(String::strip).toArray(String[]::new);
        }

        private List<Member> members(List<Server> servers) {
            List<Member> members = new ArrayList<>();
            for (Server server : servers) {
                String model = server.model;
                if (model == null) {
                    throw new Wrong("--base-url " + server.url + " needs a --model");
                }
                Endpoint endpoint = endpoint(name(server.url, members), server);
                members.add(new Member(
                        server.anthropic
                                ? Providers.anthropic(endpoint)
                                : Providers.openAiCompatible(endpoint, OpenAiCompatibility.defaults()),
                        model));
            }
            return members;
        }

        private static Endpoint endpoint(String name, Server server) {
            try {
                return Endpoint.of(name, server.url, server.keys);
            } catch (IllegalArgumentException e) {
                throw new Wrong("--base-url " + server.url + ": " + e.getMessage());
            }
        }

        /** Returns the host, with a number where two servers share it. */
        private static String name(String url, List<Member> before) {
            String host;
            try {
                host = URI.create(url).getHost();
            } catch (IllegalArgumentException e) {
                throw new Wrong("--base-url " + url + " is no URL");
            }
            String name = host == null ? "server" : host;
            long same = before.stream()
                    .filter(member ->
                            member.provider().name().matches(java.util.regex.Pattern.quote(name) + "(-\\d+)?"))
                    .count();
            return same == 0 ? name : name + "-" + (same + 1);
        }

        private List<Member> vendors() {
            List<Member> members = new ArrayList<>();
            if (environment.containsKey("OPENAI_API_KEY")) {
                String model = environment.getOrDefault("OPENAI_MODEL", "gpt-5.6");
                members.add(new Member(Providers.openAi(keys("OPENAI_API_KEY")), model));
            }
            if (environment.containsKey("ANTHROPIC_API_KEY")) {
                String model = environment.getOrDefault("ANTHROPIC_MODEL", "claude-sonnet-5");
                members.add(new Member(Providers.anthropic(keys("ANTHROPIC_API_KEY")), model));
            }
            return members;
        }
    }
}
