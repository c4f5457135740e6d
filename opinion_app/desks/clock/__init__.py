"""The clock's own page (定时作业): what ran when, what failed, who leads, how long the queue is, how far the calendar reaches."""
