"""What nurturing means: plain values and pure rules. Time and chance come in as arguments; standard library only."""
