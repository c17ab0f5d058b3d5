package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTheSchemaInThePlansFolderIsThatOfTheTypes(t *testing.T) {
	got, err := os.ReadFile("../../plan/landfall.v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate("../../plan")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("plan/landfall.v1.schema.json is out of date: run go generate ./plan")
	}
}
