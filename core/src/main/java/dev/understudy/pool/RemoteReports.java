package dev.understudy.pool;

import dev.understudy.guard.RecentlyUsed;
import java.util.HashMap;
import java.util.Map;

/** Reports of other instances that are in force, counted by instance. Bounded; thread-safe; never blocks. */
final class RemoteReports {

    /** Number of subjects that are kept; those reported longest ago make room. */
    static final int SUBJECTS = 1_000;

    /** Number of instances that are counted for one subject. */
    static final int INSTANCES = 64;

    /**
     * The last report of one instance.
     *
     * @param value statement about the subject
     * @param until the instant when the report ends
     */
    record Report(String value, long until) {}

    private final RecentlyUsed<String, Map<String, Report>> subjects = new RecentlyUsed<>(SUBJECTS, any -> false);

    /** Replaces the report of an instance about a subject, and returns the number of instances that report this value now. */
    int add(String subject, String source, String value, long until, long now) {
        Report report = new Report(value, until);
        subjects.merge(
                subject,
                Map.of(instance(source), report),
                (known, ignored) -> with(known, instance(source), report, now));
        Map<String, Report> all = subjects.get(subject);
        return all == null ? 0 : count(all, value, now);
    }

    /** Ends the report of an instance; true if none remains. */
    boolean remove(String subject, String source, long now) {
        Map<String, Report> known = subjects.get(subject);
        if (known == null) {
            return true;
        }
        Map<String, Report> rest = new HashMap<>(known);
        rest.remove(instance(source));
        rest.values().removeIf(report -> report.until - now <= 0);
        if (rest.isEmpty()) {
            subjects.remove(subject);
        } else {
            subjects.merge(subject, Map.copyOf(rest), (old, replaced) -> replaced);
        }
        return rest.isEmpty();
    }

    private static Map<String, Report> with(Map<String, Report> known, String instance, Report report, long now) {
        Map<String, Report> all = new HashMap<>(known);
        all.values().removeIf(old -> old.until - now <= 0);
        if (all.size() < INSTANCES || all.containsKey(instance)) {
            all.put(instance, report);
        }
        return Map.copyOf(all);
    }

    private static int count(Map<String, Report> reports, String value, long now) {
        return (int) reports.values().stream()
                .filter(report -> report.value.equals(value) && report.until - now > 0)
                .count();
    }

    private static String instance(String source) {
        int end = source.indexOf('/');
        return end < 0 ? source : source.substring(0, end);
    }
}
