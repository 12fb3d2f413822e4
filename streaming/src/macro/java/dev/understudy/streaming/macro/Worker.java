package dev.understudy.streaming.macro;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Process of one client. Each line on the input is a {@link Job}, answered with its {@link Sample} on a line. */
public final class Worker {

    private Worker() {}

    /** @param args name of the client */
    public static void main(String[] args) throws Exception {
        Spent.prepare();
        Map<String, Subject> subjects = new HashMap<>();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            Job job = Job.parse(line);
            int port = Job.port(line);
            String key = job.firstAddress(port) + job.circuits();
            Subject subject = job.fresh()
                    ? subject(args[0], job, port)
                    : subjects.computeIfAbsent(key, any -> subject(args[0], job, port));
            Sample sample = Load.run(subject, job);
            if (job.fresh()) {
                subject.close();
            }
            System.out.println(sample.line());
        }
        System.exit(0);
    }

    private static Subject subject(String name, Job job, int port) {
        return Subject.of(name, job.firstAddress(port), Job.secondAddress(port), job.circuits());
    }
}
