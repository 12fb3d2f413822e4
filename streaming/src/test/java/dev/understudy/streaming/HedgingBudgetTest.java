package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HedgingBudgetTest {

    private static int taken(HedgingBudget budget) {
        int count = 0;
        while (budget.take()) {
            count++;
        }
        return count;
    }

    @Test
    void oneIsThereFromTheStart() {
        assertThat(taken(new HedgingBudget(ResumePolicy.Hedging.defaults()))).isEqualTo(1);
    }

    @Test
    void streamsEarnTheShareOfThePolicy() {
        HedgingBudget budget = new HedgingBudget(ResumePolicy.Hedging.defaults().withMaxExtra(0.1));
        taken(budget);
        for (int i = 0; i < 9; i++) {
            budget.earn();
        }
        assertThat(budget.take()).isFalse();
        budget.earn();
        assertThat(taken(budget)).isEqualTo(1);
    }

    @Test
    void unusedOnesAreSavedUpToThoseOfAHundredStreams() {
        HedgingBudget budget = new HedgingBudget(ResumePolicy.Hedging.defaults().withMaxExtra(0.05));
        for (int i = 0; i < 10_000; i++) {
            budget.earn();
        }
        assertThat(taken(budget)).isEqualTo(5);
    }
}
