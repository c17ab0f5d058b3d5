package morning

import (
	"bufio"
	"context"
	"regexp"

	"github.com/itbytes/landfall/simulator/kernel"
)

var code = regexp.MustCompile(`type the code (\S+)`)

// signIn runs landfall login, and does at another screen what it asks for.
func (m *Morning) signIn(ctx context.Context, args []string) error {
	cmd := m.Landfall(ctx, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		m.Say("%s", lines.Text())
		asked := code.FindStringSubmatch(lines.Text())
		if asked == nil {
			continue
		}
		act := kernel.Act{Cloud: "aws", Do: "signIn", With: map[string]string{"login": login, "userCode": asked[1]}}
		if err := m.Sim.Kernel().Perform(act); err != nil {
			return err
		}
		m.Say("(a person opens the page at another screen and types %s)", asked[1])
	}
	return cmd.Wait()
}
