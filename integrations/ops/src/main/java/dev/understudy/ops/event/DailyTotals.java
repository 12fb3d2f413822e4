package dev.understudy.ops.event;

import java.time.LocalDate;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Sums by day and understudy. Their number is bounded: old days are dropped, and further understudies are not counted. */
final class DailyTotals {

    static final int MAX_DAYS = 31;
    static final int MAX_UNDERSTUDIES = 1_000;

    private final ConcurrentSkipListMap<LocalDate, Map<String, Totals>> days = new ConcurrentSkipListMap<>();

    void add(LocalDate day, String understudy, Totals totals) {
        Map<String, Totals> rows = days.computeIfAbsent(day, any -> new ConcurrentHashMap<>());
        if (rows.size() < MAX_UNDERSTUDIES || rows.containsKey(understudy)) {
            rows.merge(understudy, totals, Totals::plus);
        }
        while (days.size() > MAX_DAYS) {
            days.pollFirstEntry();
        }
    }

    /** Returns the sums by day, newest first, and understudy. */
    NavigableMap<LocalDate, Map<String, Totals>> newestFirst() {
        return days.descendingMap();
    }
}
