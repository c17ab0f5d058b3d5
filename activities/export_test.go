package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// scribe writes rows down as they are, and signs by a word before them.
type scribe struct{}

func (scribe) Seal(_ context.Context, of string, _ plan.Landing, reg plan.Registry, rows []plan.Row) (plan.Sealed, error) {
	b, err := json.Marshal(plan.Extract{Plan: of, Table: reg.Table, Rows: rows})
	return plan.Sealed{Envelope: append([]byte("signed "), b...), Digest: fmt.Sprint(len(b)), Key: "k"}, err
}

func (scribe) Open(_ context.Context, _ string, b []byte) (e plan.Extract, s plan.Sealed, err error) {
	text, is := strings.CutPrefix(string(b), "signed ")
	if !is {
		return e, s, fault.New(fault.Conflict, "Read another.", "it is not believed")
	}
	err = json.Unmarshal([]byte(text), &e)
	return e, plan.Sealed{Digest: fmt.Sprint(len(text)), Key: "k"}, err
}

// table is a registry of rows.
type table struct {
	activities.Book
	rows []plan.Row
}

func (b table) List(context.Context, plan.Landing, plan.Registry) ([]plan.Row, error) {
	return b.rows, nil
}

// drawer is object storage that holds one object, and counts what is asked of it.
type drawer struct {
	body    []byte
	mended  bool
	garbles bool // what is read back is not what was written
	wrote   int
}

func (d *drawer) Prepare(context.Context, plan.Landing, string) (bool, error) { return d.mended, nil }

func (d *drawer) Get(context.Context, plan.Landing, string) (plan.Object, error) {
	if d.body == nil {
		return plan.Object{}, nil
	}
	if d.garbles {
		return plan.Object{Where: "drawer", Body: []byte("signed {}"), Version: "1"}, nil
	}
	return plan.Object{Where: "drawer", Body: d.body, Version: "1"}, nil
}

func (d *drawer) Put(_ context.Context, _ plan.Landing, _ string, body []byte, _ string) (plan.Object, error) {
	d.body, d.wrote = body, d.wrote+1
	return plan.Object{Where: "drawer"}, nil
}

func office(t *testing.T, d *drawer, rows ...plan.Row) (*activities.Seals, *activities.Exports) {
	t.Helper()
	latch := &activities.Latch{Folder: t.TempDir()}
	return &activities.Seals{Book: table{rows: rows}, Notary: scribe{}, Latch: latch},
		&activities.Exports{Depots: map[plan.Cloud]activities.Depot{plan.GCP: d}, Notary: scribe{}, Latch: latch}
}

// gcp is the landing that takes the exports.
func gcp() plan.Landing {
	return plan.Landing{Cloud: plan.GCP, Environment: "mgmt", Login: plan.Login{Name: "gcp-admin"}}
}

// A payload of Temporal's holds two megabytes by default.
func TestARegistryOfThousandsOfRowsFitsAPayloadAndComesOutWhole(t *testing.T) {
	var rows []plan.Row
	for i := range 6000 {
		name := fmt.Sprintf("it4bytes-e%04d-core", i)
		rows = append(rows, plan.Row{Project: name, Cloud: plan.GCP, Kind: "landing", ID: name, Environment: fmt.Sprintf("e%04d", i), Name: name, Plan: "itbytes", Credential: "op://itbytes-internal/" + name})
	}
	d := &drawer{}
	s, e := office(t, d, rows...)
	reg := plan.Registry{Table: "itinfra-connections"}
	sealed, err := s.SealRegistry(t.Context(), activities.SealInput{Registry: reg, Entered: []string{"it4bytes-e5999-core/gcp"}})
	if err != nil || sealed.Rows != 6000 {
		t.Fatalf("%d rows, %v; want 6000", sealed.Rows, err)
	}
	if b, err := json.Marshal(activities.ExportInput{Landing: gcp(), Registry: reg, Sealed: sealed}); err != nil || len(b) > 1<<20 {
		t.Errorf("%d bytes on their way, %v; want less than a megabyte", len(b), err)
	}
	if _, err := e.ExportRegistry(t.Context(), activities.ExportInput{Landing: gcp(), Registry: reg, Sealed: sealed}); err != nil {
		t.Fatal(err)
	}
	got, err := e.ReadExport(t.Context(), activities.ReadExportInput{Landing: gcp(), Registry: reg})
	if err != nil || len(got.Rows) != 6000 || !reflect.DeepEqual(got.Rows, rows) {
		t.Errorf("%d rows, %v; want all", len(got.Rows), err)
	}
}

func TestWhatIsNotSeenAsItWasWrittenIsLookedAtAgain(t *testing.T) {
	d := &drawer{garbles: true}
	s, e := office(t, d, plan.Row{Project: "a", Cloud: plan.AWS})
	reg := plan.Registry{Table: "itinfra-connections"}
	sealed, err := s.SealRegistry(t.Context(), activities.SealInput{Registry: reg})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.ExportRegistry(t.Context(), activities.ExportInput{Landing: gcp(), Registry: reg, Sealed: sealed}); fault.KindOf(err) != fault.Propagating || d.wrote != 1 {
		t.Errorf("%v after %d writes, want it looked at again", err, d.wrote)
	}
}

func TestAPlaceThatWasMendedIsSaidThoughTheExportIsAlreadySo(t *testing.T) {
	d := &drawer{}
	s, e := office(t, d, plan.Row{Project: "a", Cloud: plan.AWS})
	reg := plan.Registry{Table: "itinfra-connections"}
	sealed, err := s.SealRegistry(t.Context(), activities.SealInput{Registry: reg})
	if err != nil {
		t.Fatal(err)
	}
	in := activities.ExportInput{Landing: gcp(), Registry: reg, Sealed: sealed}
	for _, c := range []struct {
		mended bool
		want   plan.ExportState
		why    bool
	}{{false, plan.ExportDone, false}, {false, plan.ExportAlreadySo, false}, {true, plan.ExportDone, true}} {
		d.mended = c.mended
		if got, err := e.ExportRegistry(t.Context(), in); err != nil || got.State != c.want || (got.Why != "") != c.why {
			t.Errorf("mended %t: %+v, %v; want %s", c.mended, got, err, c.want)
		}
	}
	if d.wrote != 1 {
		t.Errorf("%d writes, want one", d.wrote)
	}
}

func TestTheExportOfAnotherTableIsNotShown(t *testing.T) {
	d := &drawer{}
	s, e := office(t, d, plan.Row{Project: "a", Cloud: plan.AWS})
	sealed, err := s.SealRegistry(t.Context(), activities.SealInput{Registry: plan.Registry{Table: "another"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.ExportRegistry(t.Context(), activities.ExportInput{Landing: gcp(), Sealed: sealed}); err != nil {
		t.Fatal(err)
	}
	got, err := e.ReadExport(t.Context(), activities.ReadExportInput{Landing: gcp(), Registry: plan.Registry{Table: "itinfra-connections"}})
	if fault.KindOf(err) != fault.Conflict || len(got.Rows) != 0 {
		t.Errorf("%+v, %v; want nothing of the other table", got, err)
	}
}

func TestACloudWithoutObjectStorageSaysSo(t *testing.T) {
	_, e := office(t, &drawer{})
	_, err := e.ReadExport(t.Context(), activities.ReadExportInput{Landing: plan.Landing{Cloud: plan.AWS, Environment: "mgmt"}})
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.As(err).Hint, "registry.exportTo") {
		t.Errorf("%v, want it refused, with the field that mends it", err)
	}
}
