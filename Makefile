# `make help` lists the commands. Everything they need is found or installed inside this folder.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python 3.8 or newer that runs; the set-up itself finds 3.12 and 3.10.
PYTHON := $(shell for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 \
	python3.10 python3.9 python3.8 python; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null </dev/null \
	&& echo "$$candidate" && break; done)
ifeq ($(PYTHON),)
SETUP = @echo "Aucun Python 3.8 ou plus récent ne répond : installez Python 3 avec son module venv, puis relancez." >&2; exit 1; :
else
SETUP = @exec $(PYTHON) -m setup
endif

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## set up what is missing, start everything, print the addresses
	$(SETUP) run

.PHONY: setup
setup: ## set up without starting
	$(SETUP) setup

.PHONY: test
test: ## style, types, imports, and every test
	$(SETUP) test

.PHONY: lint
lint: ## style and direction of imports
	$(SETUP) test ruff imports

.PHONY: types
types: ## mypy
	$(SETUP) test mypy

.PHONY: train
train: ## train the risk head and the bot again
	$(SETUP) train

.PHONY: train-encoder
train-encoder: ## fine-tune the sentence encoder (PyTorch, Python 3.11, half an hour), then `make train`
	$(SETUP) train-encoder

.PHONY: ablate
ablate: ## train and measure other pipelines for the bot (half an hour; docs/results/ablation.json)
	$(SETUP) ablate

.PHONY: evaluate
evaluate: ## measure the gate and the route on the held-out authors (docs/results/evaluation.html)
	@.venv/bin/relais evaluate

.PHONY: bench-phone
bench-phone: ## 50 calls at once for 5 minutes, beside Rasa's own channel (docs/results/bench_phone.json)
	$(SETUP) bench-phone $(BENCH)

.PHONY: fuzz-phone
fuzz-phone: ## any calls with any failure, for STEPS steps from a random seed (make fuzz-phone STEPS=200000)
	$(SETUP) fuzz-phone $(if $(STEPS),--steps $(STEPS)) $(FUZZ)

.PHONY: check-data
check-data: ## sentences, texts and lexicons are well formed
	$(SETUP) test data sentences

.PHONY: lock
lock: ## write requirements/*.txt again (make lock UPGRADE=1 for newer versions)
	$(SETUP) lock $(if $(UPGRADE),--upgrade)
