package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.gateway.KeptClient.Api;
import dev.understudy.gateway.KeptClient.Part;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random cuts of readers and vendors: the events that a reader received are those of a stream without cuts. {@code
 * -Dunderstudy.tests.all=true} runs many more.
 */
@Timeout(600)
class KeptCallsRandomTest {

    private static final int CASES = Boolean.getBoolean("understudy.tests.all") ? 3_000 : 30;
    private static final int ALL = Integer.MAX_VALUE;
    private static final String TEXT = "one two three four five six seven eight nine ten eleven twelve";

    @TempDir
    Path folder;

    private final ScriptedServer ann = ScriptedServer.start();
    private final ScriptedServer bob = ScriptedServer.start();

    private static ScriptedReply reply(boolean tool) {
        ScriptedReply reply = ScriptedReply.text(TEXT).withReasoning("I count.").withUsage(Usage.of(9, 8));
        return tool ? reply.withToolCall("call_1", "look", "{\"at\":\"sky\"}") : reply;
    }

    @Test
    void readersReceiveEachEventOnce() {
        Gateway gateway = KeptGateway.start(folder, ann.url(), bob.url(), "", "--keep-streams", "memory");
        try {
            KeptClient client = new KeptClient(gateway.port(), KeptGateway.APP);
            for (int seed = 0; seed < CASES; seed++) {
                oneCase(client, seed);
            }
        } finally {
            gateway.close();
            ann.close();
            bob.close();
        }
    }

    private void oneCase(KeptClient client, int seed) {
        Random random = new Random(seed);
        Api api = Api.values()[random.nextInt(3)];
        boolean tool = random.nextBoolean();
        boolean cut = random.nextInt(3) == 0;
        int before = ann.calls().size() + bob.calls().size();
        ann.always(cut ? reply(tool).cut(FaultPoint.tokens(1 + random.nextInt(12))) : reply(tool));
        bob.always(reply(tool));

        Part part = client.post(api, "m", "", 1 + random.nextInt(5));
        String address = part.address();
        List<String> all = new ArrayList<>(part.events());
        while (!api.isComplete(all)) {
            String last = part.lastId().isEmpty() ? last(all) : part.lastId();
            int most = random.nextInt(4) == 0 ? ALL : 1 + random.nextInt(6);
            part = random.nextBoolean() ? client.post(api, "m", last, most) : client.get(address, last, most);
            assertThat(part.status()).as("seed %s", seed).isEqualTo(200);
            all.addAll(part.events());
        }
        assertThat(all)
                .as("seed %s", seed)
                .isEqualTo(client.get(address, "", ALL).events());
        assertThat(ProtocolsTest.Api.valueOf(api.name()).text(String.join("\n\n", all)))
                .as("seed %s", seed)
                .isEqualTo(TEXT);
        if (!cut) {
            assertThat(ann.calls().size() + bob.calls().size())
                    .as("seed %s is paid once", seed)
                    .isEqualTo(before + 1);
        }
    }

    private static String last(List<String> events) {
        String event = events.get(events.size() - 1);
        return event.substring(4, event.indexOf('\n'));
    }
}
