package dev.understudy.streaming.macro;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Process of one client. Each line on the input is a run, answered with its {@link Sample} on a line. */
public final class Worker {

    private Worker() {}

    /** @param args name of the client */
    public static void main(String[] args) throws Exception {
        Map<String, Subject> subjects = new HashMap<>();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] run = line.split(" "); // first and second address, circuits, stream, concurrency, operations
            Subject subject = subjects.computeIfAbsent(
                    run[0] + run[1] + run[2], key -> Subject.of(args[0], run[0], run[1], Boolean.parseBoolean(run[2])));
            Sample sample =
                    Load.run(subject, Boolean.parseBoolean(run[3]), Integer.parseInt(run[4]), Integer.parseInt(run[5]));
            System.out.println(sample.line());
        }
        System.exit(0);
    }
}
