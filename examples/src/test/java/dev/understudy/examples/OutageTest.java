package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutageTest {

    @Test
    void everyCallIsServedAndThePrimaryIsSparedAndComesBack() {
        Told told = new Told();
        assertThat(Outage.run(told.consoleOutput)).as(told.text()).isZero();
        assertThat(told.text()).contains("180 of 180 calls were served", "serves again");
    }
}
